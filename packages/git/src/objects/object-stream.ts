// Reads what `git cat-file --batch` prints: objects, each hashed again.

import { GitError } from '../git-error.ts'
import { cannotStart, type GitProcess } from '../process/git-program.ts'
import { type FormatName, hexOf, objectFormat } from './object-id.ts'

/** An object as it was read; without content where it is missing. */
export interface ReadObject {
  /** Its oid; of one that is missing, what was asked for. */
  readonly oid: string
  readonly type: string
  readonly content: Buffer
  /** Why it is not sound, where it is not. */
  readonly fault?: GitError
}

const nothing = Buffer.alloc(0)

/** Takes the printed bytes piece by piece, and gives the objects that are whole. */
export function objectParser(format: FormatName): (chunk: Buffer) => ReadObject[] {
  const { hash } = objectFormat(format)
  let left: Buffer = nothing
  /** How many bytes must be there before it is worth while to look again. */
  let wanted = 0
  let waiting: Buffer[] = []
  let waitingSize = 0
  return (chunk) => {
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
      const next = end + 2 + Number(size)
      if (next > bytes.length) {
        wanted = next - at
        break
      }
      // `TYPE SIZE\0` and the content are what an oid is the hash of, and stand here but for the last byte.
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

/** Why `git` ended while it read: it was ended, the repository is gone, or an object is not what it should be. */
export function readFailure(
  name: string,
  oid: string,
  complaint: string,
  status: number | NodeJS.Signals | null,
): GitError {
  const how = `git ${name} ended with ${status}`
  if (typeof status !== 'number') return new GitError('GIT_FAILED', `${how} while it read; do again what was asked`)
  if (!/cannot change to|not a git repository/i.test(complaint)) return corrupt(oid, complaint || how)
  return new GitError(
    'NOT_A_REPOSITORY',
    `the repository is no longer there: ${complaint}; put it back, and open it anew`,
  )
}

/** The end of a `git` that reads, which fails where it does. */
export function endOf(child: GitProcess, name: string, head: string): Promise<void> {
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(cannotStart(error)))
    child.on('exit', (status, signal) => {
      if (status === 0) resolve()
      else reject(readFailure(name, head, complaints.trim(), status ?? signal))
    })
  })
  ended.catch(() => undefined)
  return ended
}

/** An object that is not what it should be. */
export function corrupt(oid: string, why: string, details: { run?: string; sequence?: number } = {}): GitError {
  return new GitError(
    'OBJECT_CORRUPT',
    `the object ${oid} is not sound: ${why}; run git fsck, and fetch it from a sound copy`,
    details,
  )
}
