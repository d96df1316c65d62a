// Sets of ports that show what a recorder has kept, and nothing else: they read a second log, which is moved up to each
// mark once it is recorded, and write into the run's own.
//
//   in ─► the run's log ─► recorder ─► show(mark) ─► the shown log ─► out · snapshot

import { publish } from './engine.ts'
import { InPort } from './in-port.ts'
import { createLog, type Log, outputCount, refusalCount } from './log.ts'
import type { Mark } from './mark.ts'
import { attach, PortSet, positionOf } from './port-set.ts'
import { letGoOutputs } from './retention.ts'
import { checkHighWaterMark, type Ports, type PortsOptions, portsOf } from './run.ts'
import type { RunError } from './run-error.ts'
import type { Snapshot } from './snapshot.ts'

/** A set of ports on what is recorded; `handleOutputs` takes it. */
export interface RecordedPorts<State, Event, Output> extends Ports<State, Event, Output> {
  /** The run's id. */
  readonly id: string
  /** Where `out` begins: outputs counted since the genesis. */
  readonly position: number
}

/** What of a run is shown to those who must see only what is recorded. */
export interface RecordedView<State, Event, Output> {
  /** Shows what a mark says, once it is recorded. */
  show(mark: Mark): void
  /** Nothing more will be recorded: every `out` is errored with the reason, and every `snapshot` closes. */
  fail(reason: unknown): void
  /**
   * Opens a set.
   * @param options as with `run.ports`
   * @param recorded resolves once all that is committed at the call is recorded; rejects where it will not be
   */
  ports(options: PortsOptions, recorded: () => Promise<void>): RecordedPorts<State, Event, Output>
}

/** A view of a log that shows nothing yet. */
export function openRecorded<State, Event, Output>(
  log: Log,
  initial: Snapshot<unknown>,
  run: { readonly id: string },
): RecordedView<State, Event, Output> {
  const shown = createLog(log.machine, false, log.origin)
  shown.snapshot = initial
  // Behind what a cursor has not begun to read: the first snapshot is delivered once it is recorded.
  shown.version = -1
  shown.droppedOutputs = log.droppedOutputs
  return {
    show({ position, snapshot, end }) {
      for (let at = outputCount(shown); at < position; at++) shown.outputs.push(log.outputs[at - log.droppedOutputs])
      // The run holds what is unread of these sets too.
      letGoOutputs(shown, log.droppedOutputs)
      if (snapshot === shown.snapshot && end === shown.end && shown.version >= 0) return
      shown.state = snapshot.state
      shown.status = snapshot.status
      shown.snapshot = snapshot
      shown.end = end
      shown.version++
      publish(shown, false)
    },
    fail(reason) {
      if (shown.end !== undefined) return
      shown.status = 'error'
      // What ends a log is what its `out` is errored with, whatever made it.
      shown.end = reason as RunError
      publish(shown, false)
    },
    ports({ from = 'now', highWaterMark }, recorded) {
      const position = positionOf(from, log)
      checkHighWaterMark(highWaterMark)
      const set = new RecordedSet(log, shown, initial, position, highWaterMark, recorded)
      const more = { id: { get: () => run.id, enumerable: true }, position: { value: position, enumerable: true } }
      return Object.freeze(Object.create(set.give(portsOf(set)), more)) as RecordedPorts<State, Event, Output>
    },
  }
}

class RecordedSet extends PortSet {
  readonly #log: Log
  readonly #recorded: () => Promise<void>
  /** Refusals are not history: they are told at once, by a set on the run itself. */
  readonly #beside: PortSet
  #door: RecordedIn<unknown> | undefined
  #aborted = false

  constructor(
    log: Log,
    shown: Log,
    initial: Snapshot<unknown>,
    position: number,
    highWaterMark: number | undefined,
    recorded: () => Promise<void>,
  ) {
    super(shown, initial, position, 0, highWaterMark)
    this.#log = log
    this.#recorded = recorded
    this.#beside = new PortSet(log, initial, outputCount(log), refusalCount(log))
    attach(log, this)
  }

  override get in(): InPort<unknown> {
    return (this.#door ??= new RecordedIn(this.#log, this, this.#recorded))
  }

  override get err(): ReadableStream<RunError> {
    return this.#beside.err
  }

  override isFull(): boolean {
    return this.#log.end === undefined && (this.#log.hold?.() === true || super.isFull())
  }

  override async close(): Promise<void> {
    try {
      if (!this.#aborted) await this.#recorded()
    } finally {
      void super.close()
      void this.#beside.close()
    }
  }

  override abort(reason: unknown): void {
    this.#aborted = true
    super.abort(reason)
  }

  override runEnded(): void {
    super.runEnded()
    if (this.#log.end !== undefined) this.#door?.runEnded()
  }
}

/**
 * The `write` of a writer that `getWriter` gives resolves once its batch is recorded, and does not have the next one wait
 * for that. A sink could not do so, for a stream has the next write wait for the one before: a pipe, or a writer that was
 * made by its constructor, is told when its batch is applied, and waits for what is recorded where it closes.
 */
class RecordedIn<Event> extends InPort<Event> {
  readonly #recorded: () => Promise<void>

  constructor(log: Log, set: PortSet, recorded: () => Promise<void>) {
    super(log, set)
    this.#recorded = recorded
  }

  override getWriter(): WritableStreamDefaultWriter<Event | readonly Event[]> {
    const writer = super.getWriter()
    const write = writer.write.bind(writer)
    writer.write = (chunk) => write(chunk).then(this.#recorded)
    return writer
  }
}
