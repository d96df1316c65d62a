// Runs that come into a host: created, or taken as documents.

import {
  type AnyMachine,
  createRun,
  type ObjectFormat,
  type Run,
  type RunDocument,
  type RunEvent,
  restoreRun,
} from '@xmachines/core'
import { type Head, type RunStore, recordRun, type StoredRecord, storeErrorOf } from '@xmachines/core/store'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { HostError } from './host-error.ts'
import { wireSnapshot } from './recorded.ts'

/** What a run is created with. */
export interface NewRun {
  readonly input?: unknown
  /** Whole seconds since the epoch. With `nonce`, the id is known beforehand. */
  readonly createdAt?: number
  /** 16 bytes. */
  readonly nonce?: Uint8Array
}

/** A run that came in. */
export interface TakenRun {
  readonly snapshot: WireSnapshot
  /** Whether the store did not have it before. */
  readonly isNew: boolean
}

/** A run of any machine. */
export type AnyRunObject = Run<unknown, RunEvent, unknown, unknown>

/** Creates a run and keeps it. One that is there already is left as it is. */
export async function createKept(
  store: RunStore,
  machine: AnyMachine,
  { input, createdAt, nonce }: NewRun,
  format: ObjectFormat | undefined,
): Promise<TakenRun> {
  const options = {
    ...(createdAt !== undefined && { createdAt }),
    ...(nonce !== undefined && { nonce }),
    ...(format !== undefined && { format }),
  }
  const run = createRun(machine, { ...options, input })
  const isNew = (await store.head(run.id)) === undefined && (await keep(run, store))
  return { snapshot: snapshotOf(run), isNew }
}

/**
 * Keeps the run of a document, or what the store does not have of it.
 * @throws {RunError} if the document is not a history of one of the machines
 * @throws {HostError} `DIVERGED` if the store has another continuation of the run
 */
export async function keepDocument(
  store: RunStore,
  machines: readonly AnyMachine[],
  document: unknown,
  format: ObjectFormat | undefined,
): Promise<TakenRun> {
  const options = { revalidate: true, ...(format !== undefined && { format }) }
  // What is no document is refused.
  const run = restoreRun(machines, document as RunDocument<RunEvent>, options)
  return { isNew: await keepRun(store, run), snapshot: snapshotOf(run) }
}

/**
 * Keeps a run, or what the store does not have of it.
 * @returns whether the store did not have it before
 * @throws {HostError} `DIVERGED` if the store has another continuation of the run
 */
export async function keepRun(store: RunStore, run: AnyRunObject): Promise<boolean> {
  for (;;) {
    const head = await store.head(run.id)
    if (head !== undefined) await checkSame(store, run, head)
    const isFurther = head === undefined || head.sequence < run.snapshot.current.sequence
    if (!isFurther || (await keep(run, store))) return head === undefined
  }
}

/** Keeps a run. Answers whether it did: another may have been first. */
async function keep(run: AnyRunObject, store: RunStore): Promise<boolean> {
  try {
    await recordRun(run, store).stop()
    return true
  } catch (thrown) {
    if (storeErrorOf(thrown)?.code !== 'MOVED') throw thrown
    return false
  }
}

async function checkSame(store: RunStore, run: AnyRunObject, { head, sequence }: Head): Promise<void> {
  const common = Math.min(sequence, run.snapshot.current.sequence)
  const [kept, given] = await Promise.all([
    first(store.read(run.id, { from: common, to: common })),
    first(run.history({ from: common })),
  ])
  if (kept?.oid === given?.oid) return
  throw new HostError(
    'DIVERGED',
    `the run ${run.id} continues differently here: its record ${common} is ${kept?.oid}, and that of the document is ${given?.oid}; ` +
      'read its history, and send the missing events',
    { head, sequence },
  )
}

async function first(records: ReadableStream<StoredRecord>): Promise<StoredRecord | undefined> {
  const reader = records.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return value
}

/** What a run that is kept is now. */
export function snapshotOf(run: AnyRunObject): WireSnapshot {
  const { id, head, position } = run
  return wireSnapshot(run.snapshot.current, { run: id, head, position })
}
