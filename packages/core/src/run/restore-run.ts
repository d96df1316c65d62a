// Restores runs from their histories.

import { wrongValue } from '../data/describe-value.ts'
import { openHistory } from '../history/read-records.ts'
import type { GenesisRecord, HistoryRecord, RunDocument } from '../history/records.ts'
import { checkReplayed, replay } from '../history/replay.ts'
import { type AnyMachine, checkMachine, type Machine, pickMachine, type RunEvent } from '../machine/machine.ts'
import type { Run, RunOf } from './run.ts'
import { runOf } from './run-object.ts'
import { planOf, type ReplayOptions } from './run-options.ts'

/** A history: what `run.toJSON()` gives, or record by record. */
export type History<Event = RunEvent> = RunDocument<Event> | Iterable<HistoryRecord<Event>>

/** How far a history is trusted. */
export interface RestoreOptions extends ReplayOptions {
  /** The oid that the caller trusts: the history must end there. Oids alone prove consistency, not origin. */
  readonly head?: string
  /** Whether the schema of `events` must give each event back unchanged: for histories from outside. */
  readonly revalidate?: boolean
}

/**
 * Restores a run from its history and verifies every oid: a run of the same id and head (RFC Run v1 §2.3). Its `out` and
 * `err` begin after what was replayed, so no old output fires again. A fatal error is not history, so a run that failed is
 * restored active.
 *
 * @param machine the machine, or several: the one with the name and version of the history is picked
 * @param history what `run.toJSON()` gives, parsed if it was text, or any iterable of history records
 * @param options the `head` that the caller trusts, and whether the schema is asked again
 * @returns the run
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if the object format of the history was not given
 * @throws {RunError} `INVALID_HISTORY`, `HISTORY_MISMATCH`, `MACHINE_MISMATCH` or `REPLAY_FAILED`, with the sequence at
 *   which the history broke
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, restoreRun } from '@xmachines/core'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const run = createRun(counter)
 * run.in.send([{ type: 'INC' }, { type: 'INC' }])
 * const file = JSON.stringify(run)
 *
 * const restored = restoreRun(counter, JSON.parse(file))
 * console.log(restored.id === run.id, restored.head === run.head) // true true
 * console.log(restored.snapshot.current.state) // 2
 * ```
 */
export function restoreRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input> | readonly Machine<State, Event, Output, Input>[],
  history: History<NoInfer<Event>>,
  options?: RestoreOptions,
): Run<State, Event, Output, Input>
export function restoreRun<const Machines extends readonly AnyMachine[]>(
  machines: Machines,
  history: History,
  options?: RestoreOptions,
): RunOf<Machines[number]>
export function restoreRun(
  machine: AnyMachine | readonly AnyMachine[],
  history: History,
  options: RestoreOptions = {},
): Run<unknown, RunEvent, unknown, unknown> {
  for (const one of [machine].flat()) checkMachine(one)
  const { head } = options
  if (head !== undefined && typeof head !== 'string') {
    throw new TypeError(wrongValue('head', head, 'the oid at which the history must end'))
  }
  const { records, document } = openHistory(history)
  const pick = (genesis: GenesisRecord): AnyMachine => pickMachine(machine, genesis.machine)
  const log = replay(records, { ...planOf(options), pick, revalidate: options.revalidate ?? false })
  checkReplayed(log, document, head)
  return runOf(log.machine, log)
}
