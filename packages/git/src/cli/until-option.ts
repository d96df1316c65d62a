// The option `--until`: a predicate of states, as a user writes it on the command line.

import { runInThisContext } from 'node:vm'
import { InvalidArgumentError, Option } from 'commander'
import type { ReplayedStep } from '../core-internals.ts'
import { CommandError } from './command-error.ts'

/** Whether a state is the one that is looked for. */
export type Until = (state: unknown, step: ReplayedStep) => unknown

/** The option. */
export function untilOption(): Option {
  return new Option(
    '--until <function>',
    "what to look for: a function of the state, and of { sequence, events, outputs, status }, such as 'state => state.total < 0'",
  ).argParser(untilOf)
}

function untilOf(text: string): Until {
  try {
    const made: unknown = runInThisContext(`(${text}\n)`, { filename: '--until' })
    if (typeof made === 'function') return made as Until
  } catch (thrown) {
    throw new InvalidArgumentError(`It is no JavaScript: ${(thrown as Error).message}.`)
  }
  throw new InvalidArgumentError("It must be a function, such as 'state => state.total < 0'.")
}

/**
 * Asks the predicate about a step.
 * @throws {CommandError} if it throws
 */
export function holds(until: Until, step: ReplayedStep): boolean {
  try {
    return Boolean(until(step.state, step))
  } catch (thrown) {
    throw new CommandError(`--until failed at sequence ${step.sequence}: ${String(thrown)}`, 2)
  }
}
