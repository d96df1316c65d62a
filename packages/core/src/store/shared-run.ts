// The run object of a shared log.

import { admit } from '../engine/admit.ts'
import { enter } from '../engine/enter.ts'
import { countOf } from '../engine/kept.ts'
import { currentSnapshot } from '../engine/log.ts'
import type { Machine, RunEvent } from '../machine/machine.ts'
import type { RunError } from '../machine/run-error.ts'
import { openPorts } from '../ports/open-ports.ts'
import type { SnapshotPort } from '../ports/snapshot-port.ts'
import type { Run } from '../run/run.ts'
import { type Applied, type ApplyOptions, applyShared } from './apply-shared.ts'
import { countBy } from './count-outputs.ts'
import type { RunStore } from './run-store.ts'
import type { SharedLog } from './shared-log.ts'
import { tentativeRun } from './tentative-run.ts'

/** A run that several share through a store. What is sent is applied at once, and stepped again if others were first. */
export interface SharedRun<State, Event extends RunEvent, Output = never, Input = undefined>
  extends Run<State, Event, Output, Input> {
  /** Where it is kept. */
  readonly store: RunStore
  /** How many batches are not in the store yet. */
  readonly pending: number
  /** Why the store does not keep what is pending, if it does not: an outage, or a failure for good. */
  readonly problem: Error | undefined
  /** Whether it follows and appends no more: it was closed, has ended, or failed for good. */
  readonly isClosed: boolean
  /** Resolves once what others have appended until now is applied. */
  catchUp(): Promise<void>
  /** Calls a listener after every change of `pending` and `problem`; returns a function that ends this. Bound. */
  readonly onChange: (listener: () => void) => () => void
  /** The snapshot of what the store has. `snapshot` is ahead of it by what is pending. */
  readonly confirmed: SnapshotPort<State>
  /**
   * Enters a batch, and resolves once the store has it. If another writer was first, it is stepped again, and the answer is about
   * the place that it has at last.
   * @param batch an event, or several that are applied together
   * @param options an idempotency key, and the head that the batch is meant for
   * @returns where it was applied, and the snapshot after it
   * @throws {RunError} if it is refused, once what it was judged on is kept
   * @throws {StoreError} `MOVED` if the head is not the expected one, `UNKNOWN` if the receipts do not reach back to `since`:
   *   nothing was applied. `UNAVAILABLE` if the run is closed: whether it was applied is not known
   */
  apply(batch: Event | readonly Event[], options?: ApplyOptions): Promise<Applied<State>>
  /**
   * Enters a batch like `in.send`, under an idempotency key, which the store keeps with it. If another writer applies a batch
   * under this key first, this one is dropped. It is not entered if one with this key is pending.
   * @param since the sequence up to which the sender knows that the store has no batch under this key, as `receipt` said: all
   *   that is confirmed unless given
   * @returns the refusal, if there was one
   */
  sendWithKey(batch: Event | readonly Event[], key: string, since?: number): RunError | undefined
  /**
   * Resolves with the confirmed sequence once all that is pending now is in the store or was refused.
   * @throws {Error} if it will be neither: `problem` says why
   */
  flush(): Promise<number>
  /** Stops following and appending. What is pending is lost, so `flush` first. */
  close(): void
}

/**
 * The run object of a shared log.
 * @param start the position at which its `out` begins: after all outputs unless given
 */
export function sharedRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  store: RunStore,
  shared: SharedLog,
  start?: number,
): SharedRun<State, Event, Output, Input> {
  const { confirmed, tentative } = shared
  const initial = currentSnapshot(confirmed)
  let confirmedPort: SnapshotPort<unknown> | undefined

  function openConfirmed(): SnapshotPort<unknown> {
    const refusals = countOf(confirmed.refusals)
    return openPorts({ read: confirmed, write: confirmed, initial, start: countOf(confirmed.outputs), refusals })
      .snapshot
  }

  const more: Omit<SharedRun<unknown, RunEvent>, keyof Run<unknown, RunEvent>> = {
    store,
    get pending() {
      return shared.pending
    },
    get problem() {
      return shared.problem
    },
    get isClosed() {
      return shared.isClosed
    },
    catchUp: shared.catchUp,
    onChange: shared.onChange,
    get confirmed() {
      return (confirmedPort ??= openConfirmed())
    },
    apply: (batch, options = {}) => applyShared(store, shared, batch, options),
    sendWithKey: (batch, key, since) =>
      shared.isPending(key)
        ? undefined
        : shared.sending({ key, since }, () => enter(tentative, admit(tentative.machine, batch), 'send')),
    flush: shared.flush,
    close: shared.close,
  }
  // What the machine says that it takes and makes is what the run takes and gives.
  const run = tentativeRun(
    machine,
    { confirmed, tentative, start },
    more as unknown as SharedRun<State, Event, Output, Input>,
  )
  countBy(run, confirmed)
  return run
}
