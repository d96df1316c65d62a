// Reads the run file that a command is given, or what is piped into it.

import { createReadStream } from 'node:fs'
import type { History } from '@xmachines/core'
import { CommandError, whyFailed } from './command-error.ts'
import { readSavedRun } from './read-saved-run.ts'

/**
 * The history in a file.
 * @param file its name; `-` or none for the standard input
 * @throws {CommandError} if it cannot be read, or is no saved run
 */
export async function readRunFile(file: string | undefined): Promise<History> {
  const what = file === undefined || file === '-' ? 'the standard input' : file
  try {
    return await readSavedRun(bytesOf(file), what)
  } catch (thrown) {
    if (thrown instanceof CommandError) throw thrown
    throw new CommandError(`${what} cannot be read: ${whyFailed(thrown as Error, 'it does not exist; check the path')}`)
  }
}

/** The bytes of a file; of what is piped into the command, if no file is given. */
async function* bytesOf(file: string | undefined): AsyncGenerator<Buffer> {
  if (file !== undefined && file !== '-') {
    yield* createReadStream(file, { highWaterMark: 1024 * 1024 })
    return
  }
  const nothing = "missing required argument 'file': give one, or pipe one into the command"
  if (file === undefined && process.stdin.isTTY) throw new CommandError(nothing, 2)
  let empty = true
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    empty = false
    yield chunk
  }
  if (file === undefined && empty) throw new CommandError(nothing, 2)
}
