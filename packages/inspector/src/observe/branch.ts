// New runs from one that is observed: a fork at a batch, and what a run file holds.

import { type AnyMachine, type AnyRun, forkRun, type Run, type RunEvent, restoreRun } from '@xmachines/core'
import { oidAt } from '@xmachines/core/internal'
import { knownRuns } from './known-runs.ts'
import { logsOf } from './logs.ts'
import type { ObservedRun } from './observed-run.ts'

/** A run whose machine takes any event. */
type OpenRun = Run<unknown, RunEvent, unknown, unknown>

/**
 * Forks a run at a batch. The fork is listed from then on.
 * @throws {RangeError} if the batch is not confirmed, or the run has dropped it
 */
export function forkAt({ run, machine, confirmed }: ObservedRun, sequence: number): AnyRun {
  if (sequence > confirmed) {
    throw new RangeError(`batch ${sequence} is not confirmed yet: fork at ${confirmed} or before`)
  }
  const { confirmed: log, tentative } = logsOf(run)
  // A run that others drive too is no run of core alone: its history is.
  const source =
    log === tentative
      ? (run as unknown as OpenRun)
      : restoreRun(machine, (run as unknown as OpenRun).toJSON(), {
          format: log.origin.format,
          head: oidAt(log, confirmed),
        })
  const fork = forkRun(source, sequence)
  knownRuns().pin(fork)
  return fork
}

/** The machines of the runs of this page. */
function knownMachines(): readonly AnyMachine[] {
  return [
    ...new Set(
      knownRuns()
        .list()
        .map((run) => logsOf(run).confirmed.machine),
    ),
  ]
}

/**
 * Opens the text of a run file. Its run is listed from then on.
 * @param machines to pick from; those of the page's runs unless given
 * @throws {SyntaxError} if it is no JSON
 * @throws {RunError} as `restoreRun`
 */
export function openRunFile(text: string, machines: readonly AnyMachine[] = knownMachines()): AnyRun {
  const run = restoreRun(machines, JSON.parse(text))
  knownRuns().pin(run)
  return run
}
