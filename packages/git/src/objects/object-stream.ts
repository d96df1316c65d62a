// Reads what `git cat-file --batch` prints: objects, each hashed again.

import { constants } from 'node:buffer'
import { GitError } from '../git-error.ts'
import { cannotStart, type GitProcess } from '../process/git-program.ts'
import { type FormatName, hexOf, objectFormat } from './object-id.ts'

/** An object that was read; one that is missing has no content. */
export interface ReadObject {
  /** Its oid; if it is missing, the name that was asked for. */
  readonly oid: string
  readonly type: string
  readonly content: Buffer
  /** Why it is corrupt, if it is. */
  readonly fault?: GitError
}

const nothing = Buffer.alloc(0)

/** The largest object that is read, in bytes: no more fits into one string. */
const LARGEST_OBJECT = constants.MAX_STRING_LENGTH

/**
 * Takes the printed bytes piece by piece, and gives the objects that are complete.
 * @throws {GitError} `OBJECT_CORRUPT`, from the next call on, once an object claims to be too large: the caller then ends
 *   the process, which would continue to print all of it
 */
export function objectParser(format: FormatName): (chunk: Buffer) => ReadObject[] {
  const { hash } = objectFormat(format)
  let left: Buffer = nothing
  /** How many bytes the next object needs: with fewer there is nothing to do. */
  let wanted = 0
  let waiting: Buffer[] = []
  let waitingSize = 0
  let tooLarge: GitError | undefined
  return (chunk) => {
    if (tooLarge !== undefined) throw tooLarge
    waiting.push(chunk)
    waitingSize += chunk.length
    if (left.length + waitingSize < wanted) return []
    const bytes = left.length === 0 && waiting.length === 1 ? chunk : Buffer.concat([left, ...waiting])
    waiting = []
    waitingSize = 0
    wanted = 0
    const objects: ReadObject[] = []
    let at = 0
    for (;;) {
      const end = bytes.indexOf(10, at)
      if (end === -1) break
      const words = bytes.toString('latin1', at, end).split(' ')
      const [oid = '', type = '', size = ''] = words.length === 3 ? words : [words.slice(0, -1).join(' '), 'missing']
      if (type === 'missing' || size === '') {
        objects.push({ oid, type: 'missing', content: nothing })
        at = end + 1
        continue
      }
      if (!(Number(size) <= LARGEST_OBJECT)) {
        tooLarge = corrupt(
          oid,
          `it claims to have ${size} bytes, and no object of a run has more than ${LARGEST_OBJECT}`,
        )
        if (objects.length > 0) return objects
        throw tooLarge
      }
      const next = end + 2 + Number(size)
      if (next > bytes.length) {
        wanted = next - at
        break
      }
      // An oid is the hash of `TYPE SIZE\0` and the content. All of it stands here, except that the \0 is a line end.
      bytes[end] = 0
      const hashed = hexOf(hash(bytes.subarray(at + oid.length + 1, next - 1)))
      const object = { oid, type, content: bytes.subarray(end + 1, next - 1) }
      objects.push(hashed === oid ? object : { ...object, fault: corrupt(oid, `its content has the oid ${hashed}`) })
      at = next
    }
    left = bytes.subarray(at)
    return objects
  }
}

/** Why a `git` that reads has ended: somebody ended it, the repository is gone, or an object is corrupt. */
export function readFailure(
  name: string,
  {
    oid,
    complaint,
    status,
  }: {
    readonly oid: string
    readonly complaint: string
    readonly status: number | NodeJS.Signals | null
  },
): GitError {
  const how = `git ${name} ended with ${status}`
  if (typeof status !== 'number') return new GitError('GIT_FAILED', `${how} while it read; try again`)
  if (!/cannot change to|not a git repository/i.test(complaint)) return corrupt(oid, complaint || how)
  return new GitError(
    'NOT_A_REPOSITORY',
    `the repository is no longer there: ${complaint}; put it back, and open it again`,
  )
}

/**
 * Resolves when a `git` that reads has ended; rejects if it failed.
 * @param head the object that it reads from, which an error names
 */
export function endOf(child: GitProcess, name: string, head: string): Promise<void> {
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(cannotStart(error)))
    // Not `exit`: what it printed to its standard error may arrive later.
    child.on('close', (status, signal) => {
      if (status === 0) resolve()
      else reject(readFailure(name, { oid: head, complaint: complaint.trim(), status: status ?? signal }))
    })
  })
  ended.catch(() => undefined)
  return ended
}

/** An object that is missing, damaged, or not what it should be. */
export function corrupt(oid: string, why: string, details: { run?: string; sequence?: number } = {}): GitError {
  return new GitError(
    'OBJECT_CORRUPT',
    `the object ${oid} is corrupt: ${why}; run git fsck, and fetch the object from a sound copy`,
    details,
  )
}
