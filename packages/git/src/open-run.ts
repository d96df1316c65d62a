// Reads runs back: the ref of an id, the stream of its records, and the live run that they restore to.

import {
  type BatchRecord,
  type HistoryRecord,
  type Machine,
  type Run,
  type RunEvent,
  restoreRun,
} from '@xmachines/core'
import { readCommit, readGenesis, readGenesisMessage } from './commit-text.ts'
import { GitError } from './git-error.ts'
import { groupedStream } from './grouped-stream.ts'
import { readEarlier, readHistory } from './history-reader.ts'
import { objectFormat } from './object-id.ts'
import { corrupt } from './object-stream.ts'
import { openSnapshot } from './open-snapshot.ts'
import type { FoundRun, ReadingPlace } from './reading-place.ts'
import { runRef } from './ref-names.ts'

/** How a run is opened. */
export interface OpenRunOptions {
  /** `genesis` (unless given) replays everything; `snapshot` trusts the latest one, and reads only what lies behind. */
  readonly from?: 'genesis' | 'snapshot'
  /** As with `restoreRun`: asks the schema of `events` to return each event unchanged, for histories from outside. */
  readonly revalidate?: boolean
}

/** Finds a run by its id, which was checked to be an oid. */
export async function findRun({ directory, read }: ReadingPlace, id: string): Promise<FoundRun> {
  const missing = (why: string): GitError =>
    new GitError('RUN_MISSING', `there is no run ${id} in ${directory}: ${why}; list what there is with runs()`, {
      run: id,
    })
  const genesis = await read(id)
  if (genesis === undefined) throw missing('it has no such object')
  const machine = readGenesisMessage(readCommit(genesis)?.message ?? '')
  if (machine === undefined) throw missing('that object is not the genesis of a run')
  const ref = runRef(machine.name, id)
  const head = await read(ref)
  const commit = head === undefined ? undefined : readCommit(head)
  if (head === undefined || commit === undefined) throw missing(`${ref} is not there`)
  const { name, version } = machine
  return { id, ref, head: head.oid, sequence: commit.committed - commit.authored, machine: { name, version } }
}

/** The records of a run, one by one. */
export function streamHistory(place: ReadingPlace, id: string): ReadableStream<HistoryRecord<RunEvent>> {
  return groupedStream(async function* () {
    const { head } = await findRun(place, id)
    yield* readHistory(place.git, place.format, id, head, place.read)
  })
}

/** The batches of a run from a sequence to one of them, for readers of a run that let go of them. */
export async function* streamEarlier(
  place: ReadingPlace,
  id: string,
  from: number,
  to: { readonly sequence: number; readonly oid: string },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  try {
    const object = await place.read(id)
    if (object === undefined) throw corrupt(id, 'it is missing')
    const genesis = await readGenesis(object, place.format, place.read)
    yield* readEarlier(place.git, place.format, genesis, from, to)
  } catch (thrown) {
    if (!(thrown instanceof GitError)) throw thrown
    const { code, message } = thrown
    const unheld = `the run itself holds only what is behind sequence ${to.sequence}`
    throw new GitError(code, `${message} (${unheld}: read repository.history('${id}') where the run is recorded)`, {
      run: id,
      sequence: from,
      cause: thrown,
    })
  }
}

type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** A live run of what is recorded. */
export async function openRun(
  place: ReadingPlace,
  machine: AnyMachine | readonly AnyMachine[],
  id: string,
  { from = 'genesis', revalidate = false }: OpenRunOptions,
): Promise<Run<unknown, RunEvent, unknown, unknown>> {
  if (from !== 'genesis' && from !== 'snapshot') {
    throw new TypeError(`from is ${JSON.stringify(from)}; it must be 'genesis' or 'snapshot'`)
  }
  const found = await findRun(place, id)
  const { head } = found
  const opened = from === 'snapshot' ? await openSnapshot(place, machine, found) : undefined
  if (opened !== undefined) return opened
  const records: HistoryRecord<RunEvent>[] = []
  for await (const group of readHistory(place.git, place.format, id, head, place.read)) {
    for (const record of group) records.push(record)
  }
  const machines = Array.isArray(machine) ? (machine as readonly AnyMachine[]) : [machine as AnyMachine]
  return restoreRun(machines, records, { head, revalidate, format: objectFormat(place.format) })
}
