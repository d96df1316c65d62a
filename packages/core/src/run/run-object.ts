// The run object. It is a class because ten thousand runs share its methods. What it holds is a log.

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
import { CORE_VERSION } from '../machine/core-version.ts'
import type { AnyMachine, Machine, RunEvent } from '../machine/machine.ts'
import type { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import type { InPort } from '../ports/in-port.ts'
import { openPorts, type Ports, type PortsPlan } from '../ports/open-ports.ts'
import { checkHighWaterMark, type PortsOptions, positionOf } from '../ports/ports-options.ts'
import type { SnapshotPort } from '../ports/snapshot-port.ts'
import { internalsKey, type Run, type RunInternals, runKey } from './run.ts'

/**
 * The run of a log. What its machine says that it takes and makes is what the run takes and gives.
 * @param start the position at which its `out` begins: after all outputs unless given
 */
export function runOf<State, Event extends RunEvent, Output, Input>(
  _machine: Machine<State, Event, Output, Input>,
  log: Log,
  start: number = countOf(log.outputs),
): Run<State, Event, Output, Input> {
  return announce(new RunObject(log, start)) as unknown as Run<State, Event, Output, Input>
}

class RunObject implements Run<unknown, RunEvent, unknown, unknown> {
  readonly #log: Log
  readonly #start: number
  readonly #initial: Snapshot<unknown>
  /** The run's own set of ports, and two of them that are asked for most. */
  #ports: Ports<unknown, RunEvent, unknown> | undefined
  #in: InPort<RunEvent> | undefined
  #snapshot: SnapshotPort<unknown> | undefined

  constructor(log: Log, start: number) {
    this.#log = log
    this.#start = start
    this.#initial = currentSnapshot(log)
  }

  get machine(): AnyMachine {
    return this.#log.machine
  }

  get id(): string {
    return runId(this.#log)
  }

  get head(): string {
    return oidAt(this.#log, sequenceOf(this.#log))
  }

  get genesis(): GenesisRecord {
    return genesisRecord(this.#log)
  }

  get state(): unknown {
    return this.#log.state
  }

  get position(): number {
    return countOf(this.#log.outputs)
  }

  get start(): number {
    return this.#start
  }

  get error(): RunError | undefined {
    return this.#log.status === 'error' ? this.#log.end : undefined
  }

  get in(): InPort<RunEvent> {
    return (this.#in ??= this.#own().in)
  }

  get out(): ReadableStream<unknown> {
    return this.#own().out
  }

  get err(): ReadableStream<RunError> {
    return this.#own().err
  }

  get snapshot(): SnapshotPort<unknown> {
    return (this.#snapshot ??= this.#own().snapshot)
  }

  ports({ from = 'now', highWaterMark }: PortsOptions = {}): Ports<unknown, RunEvent, unknown> {
    const log = this.#log
    const start = positionOf(from, log)
    checkHighWaterMark(highWaterMark)
    return this.#open({ start, refusals: countOf(log.refusals), highWaterMark, keepsOutputs: true })
  }

  history<Recorded extends RunEvent>(options: HistoryOptions = {}): ReadableStream<HistoryRecord<Recorded>> {
    return historyStream(this.#log, options) as ReadableStream<HistoryRecord<Recorded>>
  }

  toJSON<Recorded extends RunEvent>(): RunDocument<Recorded> {
    return toDocument(this.#log) as RunDocument<Recorded>
  }

  get [runKey](): string {
    return CORE_VERSION
  }

  get [internalsKey](): RunInternals {
    return { log: this.#log, initial: this.#initial }
  }

  #own(): Ports<unknown, RunEvent, unknown> {
    return (this.#ports ??= this.#open({ start: this.#start, refusals: 0 }))
  }

  #open(plan: Omit<PortsPlan, 'read' | 'write' | 'initial'>): Ports<unknown, RunEvent, unknown> {
    return openPorts({ ...plan, read: this.#log, write: this.#log, initial: this.#initial })
  }
}
