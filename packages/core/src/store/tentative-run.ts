// The run object of two logs. `snapshot` shows what is pending too; `out`, `head`, `history` and `position` have only what is
// confirmed.

import { announce } from '../engine/announce.ts'
import { countOf } from '../engine/kept.ts'
import { currentSnapshot, type Log, oidAt, runId, sequenceOf } from '../engine/log.ts'
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
import type { Snapshot } from '../machine/snapshot.ts'
import type { InPort } from '../ports/in-port.ts'
import { openPorts, type Ports } from '../ports/open-ports.ts'
import { checkHighWaterMark, type PortsOptions, positionOf } from '../ports/ports-options.ts'
import type { SnapshotPort } from '../ports/snapshot-port.ts'
import { internalsKey, type Run, type RunInternals } from '../run/run.ts'

/** The logs of a run, and where it begins. */
export interface TentativeRunPlan {
  /** What is confirmed. */
  readonly confirmed: Log
  /** That and what is pending. */
  readonly tentative: Log
  /** The log that `snapshot` shows, if not the tentative one. */
  readonly shown?: Log | undefined
  /** The position at which its `out` begins: after all outputs unless given. */
  readonly start?: number | undefined
}

/**
 * The run object of two logs, with more members.
 * @param more the members that it has beside those of a run, or in their place; accessors stay accessors
 */
export function tentativeRun<State, Event extends RunEvent, Output, Input, More extends object>(
  machine: Machine<State, Event, Output, Input>,
  { confirmed, tentative, shown = tentative, start = countOf(confirmed.outputs) }: TentativeRunPlan,
  more: More,
): Run<State, Event, Output, Input> & More {
  const initial: Snapshot<unknown> = currentSnapshot(confirmed)
  let own: Ports<unknown, RunEvent, unknown> | undefined

  function open(from: number, highWaterMark?: number): Ports<unknown, RunEvent, unknown> {
    return openPorts({
      read: confirmed,
      write: tentative,
      shown,
      initial,
      start: from,
      refusals: countOf(tentative.refusals),
      highWaterMark,
      keepsOutputs: true,
    })
  }
  const ownPorts = (): Ports<unknown, RunEvent, unknown> => (own ??= open(start))

  const run: Run<unknown, RunEvent, unknown, unknown> & { readonly [internalsKey]: RunInternals } = {
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
      return shown.state
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
    [internalsKey]: { log: confirmed, tentative, initial },
  }
  Object.defineProperties(run, Object.getOwnPropertyDescriptors(more))
  // What the machine says that it takes and makes is what the run takes and gives.
  return announce(Object.freeze(run)) as unknown as Run<State, Event, Output, Input> & More
}
