// The run object of a shared log. `snapshot` shows what is pending too; `out`, `head`, `history` and `position` have only what
// the store has.

import { admit } from '../engine/admit.ts'
import { enter } from '../engine/enter.ts'
import { countOf } from '../engine/kept.ts'
import { currentSnapshot, oidAt, runId, sequenceOf } from '../engine/log.ts'
import { historyStream } from '../history/history-stream.ts'
import {
  type GenesisRecord,
  genesisRecord,
  type HistoryOptions,
  type HistoryRecord,
  type RunDocument,
  toDocument,
} from '../history/records.ts'
import type { Machine, RunEvent } from '../machine/machine.ts'
import type { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import type { InPort } from '../ports/in-port.ts'
import { openPorts, type Ports } from '../ports/open-ports.ts'
import { checkHighWaterMark, type PortsOptions, positionOf } from '../ports/ports-options.ts'
import type { SnapshotPort } from '../ports/snapshot-port.ts'
import type { Run } from '../run/run.ts'
import { countBy } from './count-outputs.ts'
import type { RunStore } from './run-store.ts'
import type { SharedLog } from './shared-log.ts'

/** A run that several share through a store. What is sent is applied at once, and stepped again if others were first. */
export interface SharedRun<State, Event extends RunEvent, Output = never, Input = undefined>
  extends Run<State, Event, Output, Input> {
  /** Where it is kept. */
  readonly store: RunStore
  /** How many batches are not in the store yet. */
  readonly pending: number
  /** Why the store does not keep what is pending, if it does not: an outage, or a failure for good. */
  readonly problem: Error | undefined
  /** Calls a listener after every change of `pending` and `problem`; returns a function that ends this. Bound. */
  readonly onChange: (listener: () => void) => () => void
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
  start: number = countOf(shared.confirmed.outputs),
): SharedRun<State, Event, Output, Input> {
  const { confirmed, tentative } = shared
  const initial: Snapshot<unknown> = currentSnapshot(confirmed)
  let own: Ports<unknown, RunEvent, unknown> | undefined

  function open(from: number, highWaterMark?: number): Ports<unknown, RunEvent, unknown> {
    return openPorts({
      read: confirmed,
      write: tentative,
      shown: tentative,
      initial,
      start: from,
      refusals: countOf(tentative.refusals),
      highWaterMark,
      keepsOutputs: true,
    })
  }
  const ownPorts = (): Ports<unknown, RunEvent, unknown> => (own ??= open(start))

  const run: SharedRun<unknown, RunEvent, unknown, unknown> = {
    machine,
    get id() {
      return runId(confirmed)
    },
    get head() {
      return oidAt(confirmed, sequenceOf(confirmed))
    },
    get genesis(): GenesisRecord {
      return genesisRecord(confirmed)
    },
    get state() {
      return tentative.state
    },
    get position() {
      return countOf(confirmed.outputs)
    },
    start,
    get error() {
      return confirmed.status === 'error' ? confirmed.end : undefined
    },
    get in(): InPort<RunEvent> {
      return ownPorts().in
    },
    get out() {
      return ownPorts().out
    },
    get err() {
      return ownPorts().err
    },
    get snapshot(): SnapshotPort<unknown> {
      return ownPorts().snapshot
    },
    ports({ from = 'now', highWaterMark }: PortsOptions = {}) {
      const position = positionOf(from, confirmed)
      checkHighWaterMark(highWaterMark)
      return open(position, highWaterMark)
    },
    history: <Recorded extends RunEvent>(options: HistoryOptions = {}) =>
      historyStream(confirmed, options) as ReadableStream<HistoryRecord<Recorded>>,
    toJSON: <Recorded extends RunEvent>() => toDocument(confirmed) as RunDocument<Recorded>,
    store,
    get pending() {
      return shared.pending
    },
    get problem() {
      return shared.problem
    },
    onChange: shared.onChange,
    sendWithKey: (batch, key, since) =>
      shared.withKey(key, since, () => enter(tentative, admit(tentative.machine, batch), 'send')),
    flush: shared.flush,
    close: shared.close,
  }
  countBy(run, confirmed)
  // What the machine says that it takes and makes is what the run takes and gives.
  return Object.freeze(run) as unknown as SharedRun<State, Event, Output, Input>
}
