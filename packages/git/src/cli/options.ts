// What the commands share: their options, how these are read, and the repository that they work on.

import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { GitError } from '../git-error.ts'
import { openRepository } from '../opening/open-repository.ts'
import type { Repository } from '../repository.ts'
import { inWords } from './command-error.ts'

/** Options of every command. */
export interface GlobalOptions {
  readonly repository: string
  readonly json?: true
}

/** The options of a command, those of the program among them. */
export function optionsOf<Own extends object>(command: Command): Own & GlobalOptions {
  return command.optsWithGlobals<Own & GlobalOptions>()
}

/** Opens the repository that was asked for, for as long as the work takes. */
export async function withRepository<Result>(
  { repository: directory }: GlobalOptions,
  work: (repository: Repository) => Promise<Result>,
): Promise<Result> {
  const repository = await openRepository(directory).catch((thrown: unknown) => {
    throw inWords(thrown, 'NOT_A_REPOSITORY', (failure) =>
      isMissing(failure) ? `${resolve(directory)} is not there; name the repository with -C` : failure.message,
    )
  })
  try {
    return await work(repository)
  } catch (thrown) {
    throw inWords(thrown, 'RUN_MISSING', ({ message }) =>
      message.replace('list what there is with runs()', '"xmachines runs" lists what there is'),
    )
  } finally {
    await repository.close()
  }
}

/** Whether it failed because the directory is not there. */
export function isMissing({ cause }: GitError): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

/** The option that names modules of machines. */
export function machineOption(what: string): Option {
  return new Option('-m, --machine <file>', `${what}; may be given more than once`).argParser(
    (file: string, before: readonly string[] | undefined) => [...(before ?? []), file],
  )
}

/** Reads a whole number, from 0 or from what is given. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : -1
    if (number < least) throw new InvalidArgumentError(`It must be a whole number from ${least}.`)
    return number
  }
}

/** A moment in seconds since the epoch, as people and programs read it. */
export function timeOf(seconds: number): string {
  const date = new Date(seconds * 1000)
  // What stands in a commit that is no run's may be no moment.
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z')
}
