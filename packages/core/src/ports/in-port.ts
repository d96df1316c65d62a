// The `in` port: the one way into a run from outside (RFC Run v1 §4, §8). A batch is applied during the very call of
// `write` or `send`, so there is one order, that of the calls. The promise of a write waits for room,
// and in a set that shows what is recorded, until its batch is.
//
//   getWriter().write(batch) ─┐
//   send(batch) ──────────────┼─► admit ─► enter
//   pipe, or another writer ──┘   (when the stream's sink gets the chunk)
//
// A writer of `getWriter` enters its batch itself. It gives the stream underneath a token, and only if the set is full: then
// the token waits in the sink for room, and so `ready` and `close` wait too.

import { streamClass } from '../data/built-ins.ts'
import { admit } from '../engine/admit.ts'
import { enter } from '../engine/enter.ts'
import type { Log } from '../engine/log.ts'
import type { RunError } from '../machine/run-error.ts'

/**
 * The `in` port of a run (RFC Run v1 §4): a stream of events and batches. A batch is applied or refused during the call of
 * `write`, whose promise waits for room. A refused batch never errors the stream.
 */
export interface InPort<Event> extends WritableStream<Event | readonly Event[]> {
  /**
   * Enters a batch like `write`, without the lock and without waiting: when it returns, `snapshot.current` shows the
   * result. The function is bound.
   * @param batch one event, or several that are applied together or not at all
   * @returns the refusal, if there was one
   */
  readonly send: (batch: Event | readonly Event[]) => RunError | undefined
}

/** What an `in` port needs from its set. */
export interface InSet {
  /** The log that it writes to. */
  readonly log: Log
  /** Why it takes nothing more, for good. */
  ended(): RunError | undefined
  /** Whether writes wait. */
  isFull(): boolean
  /** Resolves once there is room. */
  readonly room: () => Promise<void>
  /** Resolves once what was committed at the call is recorded; undefined if writes do not wait for that. */
  readonly acknowledge: (() => Promise<void>) | undefined
  /** `in` was closed. */
  close(): void | Promise<void>
  /** `in` is being aborted: no write waits any longer. */
  stop(): void
  /** `in` was aborted, and no write is under way. */
  abort(reason: unknown): void
}

/** An `in` port, and what its set does with it. */
export interface OpenIn {
  readonly port: InPort<unknown>
  /** Errors the stream. Writes are rejected from now on; `send` is not affected. */
  error(reason: unknown): void
}

/** What a port writes to, and whether it takes batches. */
interface Gate {
  readonly set: InSet
  /** Until `close` is called, or the stream is aborted or errored. */
  isOpen: boolean
}

/** The chunk that waits for room in place of a batch that was applied. */
const token = Symbol()
const nothing = (): void => undefined

/** Opens the `in` port of a set. */
export function openIn(set: InSet): OpenIn {
  const { log } = set
  const gate: Gate = { set, isOpen: true }
  const stop = (): void => {
    gate.isOpen = false
    set.stop()
  }
  let controller: WritableStreamDefaultController | undefined
  const sink: UnderlyingSink<unknown> = {
    start(given) {
      controller = given
      // While a write is under way, only this signal announces an abort.
      given.signal?.addEventListener('abort', stop)
      error(set.ended())
    },
    write(chunk) {
      if (chunk !== token) {
        const full = set.isFull()
        const refusal = enter(log, admit(log.machine, chunk), 'stream')
        if (refusal !== undefined && refusal === set.ended()) throw refusal
        if (!full) return undefined
      }
      return set.room()
    },
    close() {
      gate.isOpen = false
      return set.close()
    },
    abort(reason) {
      stop()
      set.abort(reason)
    },
  }

  function error(reason: unknown): void {
    if (reason === undefined) return
    gate.isOpen = false
    controller?.error(reason)
  }

  return { port: new (inStream ??= makeInStream())(gate, sink), error }
}

type InStreamClass = new (gate: Gate, sink: UnderlyingSink<unknown>) => InPort<unknown>

// The classes are made when the first port is opened: a platform without these globals can still import this module.
let inStream: InStreamClass | undefined

function makeInStream(): InStreamClass {
  const PlatformStream = streamClass('WritableStream')
  // Not the global of this name: some platforms have none, and that of a polyfilled stream may be the platform's own.
  const { constructor } = new PlatformStream().getWriter()
  const PlatformWriter = constructor as typeof WritableStreamDefaultWriter

  class InStream extends PlatformStream<unknown> implements InPort<unknown> {
    readonly send: (batch: unknown) => RunError | undefined
    readonly #gate: Gate

    constructor(gate: Gate, sink: UnderlyingSink<unknown>) {
      super(sink)
      const { log } = gate.set
      this.send = (batch) => enter(log, admit(log.machine, batch), 'send')
      this.#gate = gate
    }

    override getWriter(): WritableStreamDefaultWriter<unknown> {
      return new InWriter(this, this.#gate)
    }

    override close(): Promise<void> {
      if (!this.locked) this.#gate.isOpen = false
      return super.close()
    }
  }

  class InWriter extends PlatformWriter<unknown> {
    readonly #gate: Gate
    #released = false

    constructor(stream: WritableStream<unknown>, gate: Gate) {
      super(stream)
      this.#gate = gate
    }

    override write(chunk?: unknown): Promise<void> {
      const { set } = this.#gate
      const { log, acknowledge } = set
      const admitted = admit(log.machine, chunk)
      // The copying may have closed the stream or released the lock, if it called a proxy. The platform rejects such a write.
      if (this.#released || !this.#gate.isOpen) return this.#hand(chunk)
      const full = set.isFull()
      const refusal = enter(log, admitted, 'stream')
      if (refusal !== undefined && refusal === set.ended()) return Promise.reject(refusal)
      if (full && set.isFull()) return this.#wait()
      return acknowledge === undefined ? Promise.resolve() : acknowledge()
    }

    override releaseLock(): void {
      this.#released = true
      super.releaseLock()
    }

    override close(): Promise<void> {
      if (!this.#released) this.#gate.isOpen = false
      return super.close()
    }

    /** Gives a chunk to the platform. Node throws if the stream is closing, and does not reject. */
    async #hand(chunk: unknown): Promise<void> {
      await super.write(chunk)
    }

    async #wait(): Promise<void> {
      const { acknowledge, room } = this.#gate.set
      // An abort rejects the token. The batch is applied all the same.
      this.#hand(token).catch(nothing)
      const acknowledged = acknowledge?.()
      acknowledged?.catch(nothing)
      await room()
      await acknowledged
    }
  }

  return InStream
}
