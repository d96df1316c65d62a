// Verifies a run: replays all of it, and compares every snapshot with the state that the replay reaches (RFC Run v1 §6,
// §7).

import { type BatchRecord, type HistoryRecord, type Run, type RunEvent, restoreRun } from '@xmachines/core'
import { type AnyMachine, machineList } from '../machines.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { objectFormat } from '../objects/object-id.ts'
import { encodeSnapshot } from '../objects/snapshot-commit.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { listSnapshots, snapshotMismatch } from './kept-snapshots.ts'
import { counted, type OnProgress, STEP } from './progress.ts'
import { readRecords } from './read-records.ts'

/** How a run is verified. */
export interface VerifyOptions {
  /** Called now and then with the progress. */
  readonly onProgress?: OnProgress
}

/** What was verified. */
export interface Verified {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** The sequences of the snapshots that were found right. */
  readonly snapshots: readonly number[]
}

/** Replays a run, and compares its snapshots with it. */
export async function verifyRun(
  context: RepositoryContext,
  machine: AnyMachine | readonly AnyMachine[],
  { id, onProgress }: VerifyOptions & { readonly id: string },
): Promise<Verified> {
  const found = await findRun(context, id)
  const { head, sequence } = found
  const kept = await listSnapshots(context, found)
  // Everything is read and replayed, and then replayed again as far as the last snapshot.
  const total = 2 * (sequence + 1) + Math.min(sequence, kept.at(-1)?.sequence ?? 0)
  const records = await readRecords(context, found, (read) => onProgress?.(read, total))
  const machines = machineList(machine)
  const format = objectFormat(context.format)
  const replayed = counted(records, (taken) => onProgress?.(sequence + 1 + taken, total))
  restoreRun(machines, replayed, { format, head, revalidate: true })
  const { record, files } = await readGenesis(context, id)
  const run = restoreRun(machines, records.slice(0, 1), { format }) as Run<unknown, RunEvent>
  for (const one of kept) {
    const { sequence: at, oid } = one
    const where = { run: id, sequence: at }
    if (at > sequence) throw snapshotMismatch(one, `the run is recorded up to sequence ${sequence}`, where)
    for (let next = run.snapshot.current.sequence + 1; next <= at; next++) {
      run.in.send((records[next] as BatchRecord<RunEvent>).events)
      if (next % STEP === 0) onProgress?.(2 * (sequence + 1) + next, total)
    }
    onProgress?.(2 * (sequence + 1) + at, total)
    const { state, status } = run.snapshot.current
    const { machine: name, createdAt } = record
    const common = { format: context.format, machine: name, createdAt, files }
    const parent = (records[at] as HistoryRecord<RunEvent>).oid
    const made = encodeSnapshot({ ...common, parent, sequence: at, position: run.position, status, state })
    if (made.oid !== oid) throw snapshotMismatch(one, `the history produces ${made.oid}, not ${oid}`, where)
  }
  return { id, head, sequence, snapshots: kept.map((snapshot) => snapshot.sequence) }
}
