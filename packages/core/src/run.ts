// The run as its users see it. A class, because ten thousand runs share its methods; what it holds is the log.

import { complete } from './engine.ts'
import {
  type GenesisRecord,
  genesisRecord,
  type HistoryOptions,
  type HistoryRecord,
  historyStream,
  type RunDocument,
  toDocument,
} from './history.ts'
import { oidAt, runId } from './identity.ts'
import type { InPort } from './in-port.ts'
import { initialState } from './initial.ts'
import { createLog, currentSnapshot, type Log, type Origin, outputCount, refusalCount, sequenceOf } from './log.ts'
import { checkMachine, type Machine, type RunEvent } from './machine.ts'
import { sha1 } from './oid.ts'
import { PortSet, positionOf } from './port-set.ts'
import { mustBe } from './quote.ts'
import type { RunError } from './run-error.ts'
import { type CreateRunArguments, checkCreatedAt, checkFormat, checkNonce, copyInput } from './run-options.ts'
import type { Snapshot } from './snapshot.ts'
import type { SnapshotPort } from './snapshot-port.ts'
import type { AnyMachine } from './step.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** A set of the four ports of a run (RFC Run v1 §4). */
export interface Ports<State, Event, Output> {
  /** Takes events and batches: the only external mutation mechanism. */
  readonly in: InPort<Event>
  /** Every output, once, in order. */
  readonly out: ReadableStream<Output>
  /** Every refusal but `RUN_DONE`, in order. */
  readonly err: ReadableStream<RunError>
  /** The latest snapshot, then each newer one. */
  readonly snapshot: SnapshotPort<State>
  /** The same as `out`, for `pipeThrough`. */
  readonly readable: ReadableStream<Output>
  /** The same as `in`, for `pipeThrough`. */
  readonly writable: InPort<Event>
}

/** Where another set of ports begins to read, and how far its `out` may fall behind. */
export interface PortsOptions {
  /** `now` (unless given), `start`, or a position: outputs counted since the genesis. */
  readonly from?: 'now' | 'start' | number
  /** How many outputs may wait unread, where somebody reads them, before `in` waits: 1,024 unless given. */
  readonly highWaterMark?: number
}

/** What a run holds: its log, how it began, and the position where its own `out` begins. */
export let insideOf: (run: AnyRun) => { readonly log: Log; readonly initial: Snapshot<unknown>; readonly start: number }

/** A run, whatever its types are. */
type AnyRun = Pick<Run<unknown, RunEvent, unknown, unknown>, 'position'>

/** One execution of a machine (RFC Run v1 §2.2), made by `createRun` or `restoreRun`. */
export class Run<State, Event extends RunEvent, Output = never, Input = undefined> {
  readonly machine: Machine<State, Event, Output, Input>
  readonly #log: Log
  /** How this run object began: what `snapshot.initial` is, and where `out` begins. */
  readonly #initial: Snapshot<unknown>
  readonly #start: number
  /** The run's own set of ports. */
  #own: Ports<State, Event, Output> | undefined

  /** Only `createRun`, `restoreRun` and `replayRun` make one. */
  constructor(machine: Machine<State, Event, Output, Input>, log: Log) {
    this.machine = machine
    this.#log = log
    this.#initial = currentSnapshot(log)
    this.#start = outputCount(log)
  }

  /** The oid of the genesis commit, in hex; computed when first asked for, and never changed (RFC Run v1 §2.3). */
  get id(): string {
    return runId(this.#log)
  }

  /** The oid of the latest commit, in hex; equal heads mean equal histories. */
  get head(): string {
    return oidAt(this.#log, sequenceOf(this.#log))
  }

  /** The record of the genesis commit. */
  get genesis(): GenesisRecord {
    return genesisRecord(this.#log)
  }

  /** How many outputs there were since the genesis. */
  get position(): number {
    return outputCount(this.#log)
  }

  /** The fatal error, if there was one (RFC Run v1 §9). */
  get error(): RunError | undefined {
    return this.#log.status === 'error' ? this.#log.end : undefined
  }

  /** Takes events and batches (RFC Run v1 §4). */
  get in(): InPort<Event> {
    return this.#ports.in
  }

  /**
   * Every output from where this run object began, once, in order (RFC Run v1 §4).
   * @throws {RangeError} where a recorder had some of them let go before anybody asked for it
   */
  get out(): ReadableStream<Output> {
    return this.#ports.out
  }

  /** Every refusal but `RUN_DONE`, in order (RFC Run v1 §4, §9). */
  get err(): ReadableStream<RunError> {
    return this.#ports.err
  }

  /** The latest snapshot, then each newer one (RFC Run v1 §4, §6). */
  get snapshot(): SnapshotPort<State> {
    return this.#ports.snapshot
  }

  /**
   * Opens another set of ports on this run, for another party: its own locks and cursors, one point of serialization
   * (RFC Run v1 §8).
   * @param options where it begins to read, and how far its `out` may fall behind
   * @returns the set; nobody needs to close it
   * @throws {RangeError} where `from` is not a position that this run holds, or the high-water mark not a number from 0
   */
  ports({ from = 'now', highWaterMark }: PortsOptions = {}): Ports<State, Event, Output> {
    const log = this.#log
    const position = positionOf(from, log)
    checkHighWaterMark(highWaterMark)
    const set = new PortSet(log, this.#initial, position, refusalCount(log), highWaterMark)
    return set.give(portsOf(set))
  }

  /**
   * The immutable history (RFC Run v1 §2.2): the genesis record, then one record for each batch.
   * @param options `from`, a sequence (0, the genesis, unless given); `follow`, to go on until the run ends
   * @returns a stream that ends with the batch that is the latest at the call, unless it follows; what the run let go of
   *   is read through its recorder
   * @throws {RangeError} where `from` is not a sequence of this run
   */
  history(options: HistoryOptions = {}): ReadableStream<HistoryRecord<Event>> {
    return historyStream(this.#log, options) as ReadableStream<HistoryRecord<Event>>
  }

  /**
   * The whole history as one document of plain data, for `restoreRun`.
   * @throws {RangeError} where the run does not hold all of it: where it began from a snapshot, or its recorder has let
   *   go of what is recorded
   */
  toJSON(): RunDocument<Event> {
    return toDocument(this.#log) as RunDocument<Event>
  }

  get #ports(): Ports<State, Event, Output> {
    return (this.#own ??= portsOf(new PortSet(this.#log, this.#initial, this.#start, 0)))
  }

  static {
    insideOf = (run) => {
      const inside = run as Run<unknown, RunEvent>
      return { log: inside.#log, initial: inside.#initial, start: inside.#start }
    }
  }
}

/**
 * Forks a run from a machine (RFC Run v1 §3.1): its initial state, no events.
 *
 * @param machine made by `defineMachine`
 * @param options `input` where the machine takes one, and what makes ids repeatable
 * @returns the run; it holds no timers, sockets or handles, and needs no disposal
 * @throws {TypeError} where an argument has the wrong type, or `input` is not plain data
 * @throws {RangeError} where `createdAt` or `nonce` is out of its range
 * @throws {RunError} where the machine's `initial` throws, or makes what is not plain data
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 *
 * const counter = defineMachine<{ count: number }, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: { count: 0 },
 *   on: { INC: ({ count }) => ({ count: count + 1 }) },
 * })
 * const run = createRun(counter, { createdAt: 1_700_000_000, nonce: new Uint8Array(16) })
 * const writer = run.in.getWriter()
 * await writer.write([{ type: 'INC' }, { type: 'INC' }])
 * console.log(run.snapshot.current.state) // {"count":2}
 * console.log(run.id.length) // 40
 * ```
 */
export function createRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  ...[options]: CreateRunArguments<NoInfer<Input>>
): Run<State, Event, Output, Input> {
  checkMachine(machine)
  const {
    input,
    createdAt,
    nonce,
    format = sha1,
    checkDeterminism = process.env.NODE_ENV !== 'production',
  } = options ?? {}
  const made: Origin = {
    format: checkFormat(format),
    createdAt: checkCreatedAt(createdAt),
    nonce: checkNonce(nonce),
    input: input === undefined ? undefined : copyInput(input),
    initial: undefined,
  }
  return new Run(machine, startLog(machine, made, checkDeterminism))
}

/** The log of a run at its genesis. */
export function startLog(machine: AnyMachine, origin: Origin, checkDeterminism: boolean): Log {
  const { state, done } = initialState(machine, origin.input, checkDeterminism)
  const log = createLog(machine, checkDeterminism, { ...origin, initial: state })
  if (done) complete(log)
  return log
}

/** A set as its party sees it. */
export function portsOf<State, Event, Output>(set: PortSet): Ports<State, Event, Output> {
  // What the machine says that it takes and makes is what its run takes and gives.
  const ports: Ports<unknown, unknown, unknown> = {
    get in() {
      return set.in
    },
    get out() {
      return set.out
    },
    get err() {
      return set.err
    },
    get snapshot() {
      return set.snapshot
    },
    get readable() {
      return set.out
    },
    get writable() {
      return set.in
    },
  }
  return Object.freeze(ports) as Ports<State, Event, Output>
}

/** Refuses what is no high-water mark. */
export function checkHighWaterMark(highWaterMark: number | undefined): void {
  if (highWaterMark === undefined || (typeof highWaterMark === 'number' && highWaterMark >= 0)) return
  throw new RangeError(mustBe('highWaterMark', highWaterMark, 'a number of outputs from 0'))
}
