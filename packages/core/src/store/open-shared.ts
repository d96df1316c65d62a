// Opens a run of a store so that several can drive it at once.

import { wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { oidAt } from '../engine/log.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import type { EventOf, InputOf, OutputOf, StateOf } from '../machine/machine.ts'
import { type AnyMachine, checkMachine, type Machine, type RunEvent } from '../machine/machine.ts'
import type { SnapshotRecord } from '../recording/restore-snapshot.ts'
import { checkFormat } from '../run/run-options.ts'
import { checkHead } from './check-head.ts'
import { replayStream } from './replay-stream.ts'
import type { RunStore } from './run-store.ts'
import { shareLog } from './shared-log.ts'
import { type SharedRun, sharedRun } from './shared-run.ts'
import { missing, StoreError } from './store-error.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** How a shared run is opened. */
export interface OpenSharedOptions {
  /** The object format if it is not SHA-1, or a faster hash of the same. */
  readonly format?: ObjectFormat
  /** As with `createRun`. */
  readonly checkDeterminism?: boolean
  /**
   * A snapshot that the caller trusts, such as one of a run object of before: only what came after it is read and stepped. What
   * came before it is not kept: `history` reads it from the store, and `toJSON` and `ports` that ask for it are refused.
   */
  readonly snapshot?: SnapshotRecord | undefined
  /**
   * Asked before an append begins. What is sent until it resolves is appended together: all that is sent in one call unless
   * given. A server may wait for the requests that come in at the same moment.
   */
  readonly gather?: (() => Promise<unknown>) | undefined
}

/** The shared run of a machine; of several machines, the runs that it can be. */
export type SharedRunOf<AMachine> = AMachine extends AnyMachine
  ? SharedRun<StateOf<AMachine>, Extract<EventOf<AMachine>, RunEvent>, OutputOf<AMachine>, InputOf<AMachine>>
  : never

/**
 * Opens a run that others may drive at the same time, in other tabs or processes. What is sent is applied at once, and
 * appended to the store. If another writer was first, its batches come first, and what is pending is stepped again behind
 * them: it may then be refused, which `err` delivers.
 *
 * @param store where the run is
 * @param id the run's id
 * @param machine the machine, or several: the one with the name and version of the run is picked
 * @param options the object format, whether determinism is checked, and a snapshot to begin with
 * @returns the run, which follows the store until it is closed or ends. One that is sealed is closed, and `problem` says so
 * @throws {StoreError} `MISSING` if the store has no such run, `CORRUPT` if it has lost the end of it
 * @throws {RangeError} if the snapshot is one of another run
 * @throws {RunError} as `restoreRun`
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { memoryStore, openShared, recordRun } from '@xmachines/core/store'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const store = memoryStore()
 * const seed = createRun(counter)
 * await recordRun(seed, store).stop()
 *
 * const one = await openShared(store, seed.id, counter)
 * const other = await openShared(store, seed.id, counter)
 * one.in.send({ type: 'INC' })
 * other.in.send({ type: 'INC' })
 * console.log(await Promise.all([one.flush(), other.flush()])) // [1,2]
 * console.log(other.state) // 2
 * one.close()
 * other.close()
 * ```
 */
export function openShared<State, Event extends RunEvent, Output, Input>(
  store: RunStore,
  id: string,
  machine: Machine<State, Event, Output, Input>,
  options?: OpenSharedOptions,
): Promise<SharedRun<State, Event, Output, Input>>
export function openShared<const Machines extends readonly AnyMachine[]>(
  store: RunStore,
  id: string,
  machines: Machines,
  options?: OpenSharedOptions,
): Promise<SharedRunOf<Machines[number]>>
export async function openShared(
  store: RunStore,
  id: string,
  machine: AnyMachine | readonly AnyMachine[],
  {
    format,
    checkDeterminism = hasMode ? process.env.NODE_ENV !== 'production' : false,
    snapshot,
    gather,
  }: OpenSharedOptions = {},
): Promise<unknown> {
  const machines: readonly AnyMachine[] = Array.isArray(machine) ? machine : [machine]
  for (const one of machines) checkMachine(one)
  if (typeof id !== 'string') throw new TypeError(wrongValue('id', id, "a run's id"))
  if (format !== undefined) checkFormat(format)
  const head = await store.head(id)
  if (head === undefined) throw missing(id)
  const replaying = { machines, format, checkDeterminism }
  const log =
    snapshot === undefined
      ? await replayStream(store.read(id, { from: 0 }), replaying)
      : // Servers begin with snapshots, pages do not.
        await import('./replay-after.ts').then(({ replayAfter }) => replayAfter(store, id, snapshot, replaying))
  if (oidAt(log, 0) !== id) {
    throw new StoreError(
      'CORRUPT',
      `the store has the run ${oidAt(log, 0)} under the id ${id}; restore the store from a copy`,
    )
  }
  checkHead(log, head, snapshot?.sequence)
  return sharedRun(log.machine as never, store, shareLog(store, log, { successor: head.successor, gather }))
}
