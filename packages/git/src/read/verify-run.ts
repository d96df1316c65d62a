// Verifies a run: replays all of it, and holds every snapshot against what it comes to (RFC Run v1 §6, §7).

import {
  type BatchRecord,
  type HistoryRecord,
  type Machine,
  type Run,
  type RunEvent,
  restoreRun,
} from '@xmachines/core'
import { readGenesis, readTree } from '../objects/commit.ts'
import { objectFormat } from '../objects/object-id.ts'
import { corrupt } from '../objects/object-stream.ts'
import { snapshotObjects } from '../record/keep-snapshot.ts'
import type { ReadingPlace } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { listSnapshots, snapshotMismatch } from './kept-snapshots.ts'
import { counted, type OnProgress, STEP } from './progress.ts'
import { readHistory } from './stream-history.ts'

/** How a run is verified. */
export interface VerifyOptions {
  /** Told now and then how far it is. */
  readonly onProgress?: OnProgress
}

/** What was verified. */
export interface Verified {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** The sequences of the snapshots that were found to be right. */
  readonly snapshots: readonly number[]
}

type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** Replays a run, and holds its snapshots against it. */
export async function verifyRun(
  place: ReadingPlace,
  machine: AnyMachine | readonly AnyMachine[],
  id: string,
  { onProgress }: VerifyOptions,
): Promise<Verified> {
  const { head, sequence, machine: name } = await findRun(place, id)
  const kept = await listSnapshots(place, name.name, id)
  // All is read and replayed, and then replayed again as far as the last snapshot.
  const total = 2 * (sequence + 1) + Math.min(sequence, kept.at(-1)?.sequence ?? 0)
  const records: HistoryRecord<RunEvent>[] = []
  for await (const group of readHistory(place.git, place.format, id, head, place.read)) {
    for (const record of group) records.push(record)
    onProgress?.(records.length, total)
  }
  const machines = Array.isArray(machine) ? (machine as readonly AnyMachine[]) : [machine as AnyMachine]
  const format = objectFormat(place.format)
  const replayed = counted(records, (taken) => onProgress?.(sequence + 1 + taken, total))
  restoreRun(machines, replayed, { format, head, revalidate: true })
  const genesis = await place.read(id)
  if (genesis === undefined) throw corrupt(id, 'it is missing', { run: id, sequence: 0 })
  const { tree, record } = await readGenesis(genesis, place.format, place.read)
  const treeObject = await place.read(tree)
  if (treeObject === undefined) throw corrupt(tree, 'it is missing', { run: id, sequence: 0 })
  const files = readTree(treeObject, place.format)
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
    const content = { format: place.format, machine: record.machine, createdAt: record.createdAt, files }
    const parent = (records[at] as HistoryRecord<RunEvent>).oid
    const made = snapshotObjects({ ...content, parent, sequence: at, position: run.position, status, state }).at(-1)
    if (made?.oid !== oid) throw snapshotMismatch(one, `the history comes to ${String(made?.oid)}, not ${oid}`, where)
  }
  return { id, head, sequence, snapshots: kept.map((snapshot) => snapshot.sequence) }
}
