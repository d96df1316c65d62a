// What the commands share: what they are given, their options, and the repository that they work on.

import { resolve } from 'node:path'
import type { ReadStream } from 'node:tty'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { GitError } from '../git-error.ts'
import { openRepository } from '../opening/open-repository.ts'
import type { Repository } from '../repository.ts'
import { reworded } from './command-error.ts'
import { fetchAdvice } from './fetch-advice.ts'
import type { MachineLoader } from './load-machines.ts'
import type { Output } from './output.ts'

/** What every command is given. */
export interface Shell {
  readonly output: Output
  readonly machines: MachineLoader
  /** What keys are read from. */
  readonly keyboard?: ReadStream
}

/** Options of every command. */
export interface GlobalOptions {
  readonly repository: string
  readonly json?: true
}

/** The options of a command, with those of the program. */
export function optionsOf<Own extends object>(command: Command): Own & GlobalOptions {
  return command.optsWithGlobals<Own & GlobalOptions>()
}

/** Opens the repository, does work with it, and closes it. */
export async function withRepository<Result>(
  { repository: directory }: GlobalOptions,
  work: (repository: Repository) => Promise<Result>,
): Promise<Result> {
  const repository = await openRepository(directory).catch((thrown: unknown) => {
    throw reworded(thrown, 'NOT_A_REPOSITORY', (failure) =>
      isMissing(failure) ? `${resolve(directory)} does not exist; name the repository with -C` : failure.message,
    )
  })
  try {
    return await work(repository)
  } catch (thrown) {
    const advice = isMissingRun(thrown) ? await fetchAdvice(repository) : undefined
    throw reworded(thrown, 'RUN_MISSING', ({ message }) =>
      [message.replace('runs() lists', '"xmachines runs" lists'), advice].filter(Boolean).join('; '),
    )
  } finally {
    await repository.close()
  }
}

function isMissingRun(thrown: unknown): boolean {
  return thrown instanceof GitError && thrown.code === 'RUN_MISSING'
}

/** Whether a failure means that the directory does not exist. */
export function isMissing({ cause }: GitError): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

/** The option that names the modules of machines. */
export function machineOption(what: string, flags = '-m, --machine <file>'): Option {
  return new Option(flags, `${what}; may be given several times`).argParser(
    (file: string, before: readonly string[] | undefined) => [...(before ?? []), file],
  )
}

/** Reads a whole number that is at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : -1
    if (number < least) throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`)
    return number
  }
}

/** Seconds since the epoch, as text that people and programs read. */
export function timeOf(seconds: number): string {
  const date = new Date(seconds * 1000)
  // A commit that does not belong to a run may have any number.
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z')
}
