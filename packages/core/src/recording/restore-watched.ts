// Restores a run as `restoreRun` does, and shows the run on the way: a store that keeps states compares them with what the
// replay reaches.

import { hasMode } from '../data/mode.ts'
import { oidAt, sequenceOf } from '../engine/log.ts'
import { broken, emptyHistory, readGenesis } from '../history/read-records.ts'
import type { HistoryRecord } from '../history/records.ts'
import { replayGenesis, replayRecord } from '../history/replay.ts'
import { type AnyMachine, checkMachine, pickMachine, type RunEvent } from '../machine/machine.ts'
import type { RestoreOptions } from '../run/restore-run.ts'
import type { Run } from '../run/run.ts'
import { runOf } from '../run/run-object.ts'
import { type Checkpoint, checkpointOf } from './checkpoint.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What to show. */
export interface Watch {
  /** The sequence at which the run is shown. */
  readonly sequence: number
  /** Called once, when the replay has reached it; what it throws ends the replay. */
  see(reached: Checkpoint): void
}

/**
 * Restores a run from its records, which are verified.
 *
 * @param machines the machines to pick from
 * @param records all records, the genesis first
 * @param options as for `restoreRun`, and what to show
 * @returns the run
 * @throws {RunError} as `restoreRun` does
 */
export function restoreWatched(
  machines: readonly AnyMachine[],
  records: Iterable<HistoryRecord<RunEvent>>,
  options: RestoreOptions & { readonly watch: Watch },
): Run<unknown, RunEvent, unknown, unknown> {
  for (const one of machines) checkMachine(one)
  const { format, head, watch, revalidate = false } = options
  const { checkDeterminism = hasMode ? process.env.NODE_ENV !== 'production' : false } = options
  const [first, ...others] = records
  if (first === undefined) throw emptyHistory()
  const genesis = readGenesis(first)
  const plan = { pick: pickFrom(machines), format, verify: true, revalidate, checkDeterminism }
  const log = replayGenesis(genesis, plan)
  let parent = genesis.oid
  if (watch.sequence === 0) watch.see(checkpointOf(log))
  for (const record of others) {
    parent = replayRecord(log, record, parent, plan)
    if (sequenceOf(log) === watch.sequence) watch.see(checkpointOf(log))
  }
  const reached = sequenceOf(log)
  if (head !== undefined && head !== oidAt(log, reached)) {
    throw broken('HISTORY_MISMATCH', reached, `it ends at ${oidAt(log, reached)}, but the trusted head is ${head}`)
  }
  return runOf(log.machine, log)
}

function pickFrom(machines: readonly AnyMachine[]) {
  return ({ machine }: { readonly machine: { readonly name: string; readonly version: string } }): AnyMachine =>
    pickMachine(machines, machine)
}
