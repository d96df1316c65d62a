// Writes the files of commands. A file that exists is overwritten only if the user says so.

import { createWriteStream } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { RunDocument, RunEvent } from '@xmachines/core'
import { Option } from 'commander'
import { CommandError, whyFailed } from './command-error.ts'
import { visibleJson } from './visible.ts'

/** Whether files may be overwritten. */
interface Force {
  readonly force?: true
}

/** The option that allows it. */
export function forceOption(): Option {
  return new Option('-f, --force', 'overwrite the file if it exists')
}

/**
 * Refuses a file that exists. A pipe, or another thing that is not a file, may be written to.
 * @throws {CommandError} if it is there, and may not be overwritten
 */
export async function refuseExisting(file: string, { force }: Force): Promise<void> {
  if (force || file === '-') return
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() === true) throw new CommandError(`${file} exists; --force overwrites it`)
}

/**
 * Writes a file.
 * @throws {CommandError} if it cannot be written, or exists and may not be overwritten
 */
export async function writeFile(file: string, parts: Iterable<string>, force: Force): Promise<void> {
  await refuseExisting(file, force)
  await writeWhole(file, parts).catch((thrown: Error) => {
    throw new CommandError(
      `${file} cannot be written: ${whyFailed(thrown, 'its folder does not exist; make it first')}`,
    )
  })
}

/**
 * Writes a file; an old one stays until the new one is complete. A pipe, or another thing that is not a file, is
 * written to directly.
 */
async function writeWhole(file: string, parts: Iterable<string>): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() === false) {
    await pipeline(parts, createWriteStream(file))
    return
  }
  const target = found === undefined ? file : await realpath(file)
  const temporary = `${target}.${process.pid}.tmp`
  try {
    await pipeline(parts, createWriteStream(temporary, { flags: 'wx', mode: found?.mode ?? 0o666, flush: true }))
    await rename(temporary, target)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

/** The text of a document, record by record: a single string may not hold all of it. */
export function* documentParts({
  format,
  records,
  sequence,
  head,
  state,
}: RunDocument<RunEvent>): Generator<string, void, undefined> {
  yield `{"format":${visibleJson(format)},"records":[`
  for (const [at, record] of records.entries()) yield `${at === 0 ? '' : ','}${visibleJson(record)}`
  yield `],${visibleJson({ sequence, head, state }).slice(1)}\n`
}
