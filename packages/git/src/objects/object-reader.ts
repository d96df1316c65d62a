// Reads single objects with one `git cat-file --batch` that lives on, by their oid or by a ref.

import type { GitError, GitErrorDetails } from '../git-error.ts'
import { cannotStart, type GitProcess, type GitProgram } from '../process/git-program.ts'
import { holdOpen, letGo } from '../refs/ref-moves.ts'
import type { FormatName } from './object-id.ts'
import { corrupt, objectParser, type ReadObject, readFailure } from './object-stream.ts'

/** Reads objects. */
export interface ObjectReader {
  /** The object that an oid or a full ref names; undefined where there is none. */
  read(name: string): Promise<ReadObject | undefined>
  close(): void
}

/** Reads an object that must be there. */
export async function readNeeded(
  { read }: Pick<ObjectReader, 'read'>,
  oid: string,
  where: Pick<GitErrorDetails, 'run' | 'sequence'>,
): Promise<ReadObject> {
  const object = await read(oid)
  if (object === undefined) throw corrupt(oid, 'it is missing', where)
  return object
}

interface Asked {
  readonly name: string
  readonly resolve: (object: ReadObject | undefined) => void
  readonly reject: (error: GitError) => void
  again: boolean
}

/** A reader of single objects. Names must have been checked: they are lines of its input. */
export function objectReader(git: GitProgram, format: FormatName): ObjectReader {
  let child: GitProcess | undefined
  /** Whether it is to end once nothing is asked: it answers what it was asked before another is. */
  let closing = false
  /** What was asked and not answered, in order. */
  let asked: Asked[] = []

  function ask(one: Asked): void {
    let running: GitProcess
    try {
      running = child ??= start()
    } catch (thrown) {
      one.reject(thrown as GitError)
      return
    }
    asked.push(one)
    if (asked.length === 1) holdOpen(running)
    running.stdin.write(`${one.name}\n`)
  }

  function start(): GitProcess {
    const started = git.start(['cat-file', '--batch'])
    const parse = objectParser(format)
    let complaints = ''
    letGo(started)
    started.stdout.on('data', (chunk: Buffer) => {
      for (const object of parse(chunk)) {
        const one = asked.shift()
        if (object.fault !== undefined) one?.reject(object.fault)
        else one?.resolve(object.type === 'missing' ? undefined : object)
      }
      if (asked.length > 0) return
      letGo(started)
      if (closing) end()
    })
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
    })
    started.on('error', (error) => ended(started, cannotStart(error)))
    started.on('close', (status, signal) => {
      const complaint = complaints.trim()
      const error = readFailure('cat-file', asked[0]?.name ?? '', complaint, status ?? signal)
      ended(started, error, complaint === '')
    })
    return started
  }

  function end(): void {
    child?.stdin.end()
    child = undefined
    closing = false
  }

  // The first without an answer is the one it died of, unless somebody killed it; the others are asked again.
  function ended(one: GitProcess, error: GitError, killed = false): void {
    if (child !== one) return
    child = undefined
    const [failed, ...others] = asked
    asked = []
    if (killed && failed?.again === false) ask({ ...failed, again: true })
    else failed?.reject(error)
    for (const other of others) ask(other)
  }

  return {
    read: (name) => new Promise((resolve, reject) => ask({ name, resolve, reject, again: false })),
    close() {
      if (asked.length === 0) end()
      else closing = true
    },
  }
}
