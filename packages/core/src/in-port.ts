// The `in` port: the one way into a run (RFC Run v1 §4, §8). Batches are copied during the very call of `write`, take
// their turn in the stream's queue, and are applied when the stream gets to them, or when `send` overtakes the stream.
//
//   write(batch) ─ size(): copy, note the turn ─► the stream's queue ─ sink.write() ─► apply, unless applied
//   send(batch)  ─ apply what turns are left, then the batch itself ──────────────────────► at once
//
// The platform calls `size` before it decides whether it takes a chunk, so a turn may have been noted for a write that
// is then rejected. Turns therefore carry their chunk, and none is noted where a rejection can be foreseen.

import { admit } from './admit.ts'
import { enter } from './engine.ts'
import type { Log } from './log.ts'
import type { PortSet } from './port-set.ts'
import type { RunError } from './run-error.ts'
import type { Batch, Refusal } from './step.ts'

/** A batch that was written and waits to be applied, or to be acknowledged. */
interface Turn {
  readonly chunk: unknown
  readonly admitted: Batch | Refusal
  applied: boolean
  /** The refusal, if it was fatal or the run had ended. */
  failure: RunError | undefined
  next: Turn | undefined
}

/** A batch without events, which commits nothing. */
const nothing: Batch = Object.freeze([])

/** What the platform does not tell a sink: that the stream was closed, and whose lock was let go. */
interface Door {
  closing: boolean
  /** Counts the locks that were released. */
  released: number
}

/**
 * The `in` port of a run (RFC Run v1 §4): a stream of events and batches. `write` resolves once its batch is applied or
 * refused; a refused batch never errors the stream.
 */
export class InPort<Event> extends WritableStream<Event | readonly Event[]> {
  readonly #door: Door
  readonly #turns: Turns

  /**
   * Enters a batch where `write` would, without taking the lock and without waiting: when it returns,
   * `snapshot.current` shows the result. What this port's stream still has queued goes first.
   * @param batch one event, or several that are applied whole or not at all
   * @returns the refusal, if there was one
   */
  readonly send: (batch: Event | readonly Event[]) => RunError | undefined

  /** Only a run makes one. */
  constructor(log: Log, set: PortSet) {
    const door: Door = { closing: false, released: 0 }
    const turns = new Turns(log, set)
    super(turns, {
      highWaterMark: 1,
      size: (chunk) => {
        const { released } = door
        const reentered = log.running !== undefined
        const admitted = admit(log.machine, chunk)
        // From inside a transition it is refused at once: its turn may come when no transition runs any more.
        if (reentered) enter(log, admitted, false)
        // While a batch is copied, a proxy may have closed the stream or let its lock go.
        if (!door.closing && door.released === released) turns.note(chunk, reentered ? nothing : admitted)
        return 1
      },
    })
    this.#door = door
    this.#turns = turns
    this.send = (batch) => {
      const admitted = admit(log.machine, batch)
      turns.overtake()
      return enter(log, admitted, true)
    }
  }

  override getWriter(): WritableStreamDefaultWriter<Event | readonly Event[]> {
    return new InWriter(this, this.#door, this.#turns)
  }

  override close(): Promise<void> {
    if (!this.locked) this.#door.closing = true
    return super.close()
  }

  override abort(reason?: unknown): Promise<void> {
    return (this.locked ? undefined : this.#turns.drop(reason)) ?? super.abort(reason)
  }

  /** The run ended: nothing more is taken. */
  runEnded(): void {
    this.#turns.end()
  }
}

class InWriter<Chunk> extends WritableStreamDefaultWriter<Chunk> {
  readonly #door: Door
  readonly #turns: Turns
  #released = false

  constructor(stream: WritableStream<Chunk>, door: Door, turns: Turns) {
    super(stream)
    this.#door = door
    this.#turns = turns
  }

  override releaseLock(): void {
    this.#released = true
    this.#door.released++
    super.releaseLock()
  }

  override close(): Promise<void> {
    if (!this.#released) this.#door.closing = true
    return super.close()
  }

  override abort(reason?: unknown): Promise<void> {
    return (this.#released ? undefined : this.#turns.drop(reason)) ?? super.abort(reason)
  }
}

/** The turns of one `in`, and the sink that takes them. */
class Turns implements UnderlyingSink<unknown> {
  readonly #log: Log
  readonly #set: PortSet
  /** The turns that are due, in order, each linked to the next. */
  #first: Turn | undefined
  #last: Turn | undefined
  #controller: WritableStreamDefaultController | undefined
  /** Whether the batch applied last left the set too full for the next. */
  #full = false
  /** Set by an abort that waits for applied turns to be acknowledged. */
  #dropped: { readonly reason: unknown; readonly done: () => void; readonly aborted: Promise<void> } | undefined
  /** The platform takes nothing more, and rejects what it is given. */
  #over = false

  constructor(log: Log, set: PortSet) {
    this.#log = log
    this.#set = set
  }

  start(controller: WritableStreamDefaultController): void {
    this.#controller = controller
    this.end()
  }

  note(chunk: unknown, admitted: Batch | Refusal): void {
    if (this.#over || this.#dropped !== undefined) return
    const turn: Turn = { chunk, admitted, applied: false, failure: undefined, next: undefined }
    if (this.#first === undefined) this.#first = turn
    else (this.#last as Turn).next = turn
    this.#last = turn
  }

  write(chunk: unknown): Promise<void> | undefined {
    const turn = this.#due(chunk)
    if (turn === undefined) throw this.#dropped === undefined ? this.#log.end : this.#dropped.reason
    if (this.#full && !turn.applied && this.#set.isFull()) return this.#wait(turn)
    this.#take(turn)
    return undefined
  }

  close(): void | Promise<void> {
    this.#over = true
    return this.#set.close()
  }

  abort(reason: unknown): void {
    this.#over = true
    this.#first = undefined
    this.#set.abort(reason)
  }

  /** Applies every turn that is left, for a `send` that comes behind them. */
  overtake(): void {
    if (this.#first === undefined || this.#log.running !== undefined) return
    if (this.#dropped !== undefined || this.#controller?.signal.aborted === true) return
    for (let turn: Turn | undefined = this.#first; turn !== undefined; turn = turn.next) this.#apply(turn)
    this.#set.resume()
  }

  /**
   * Drops what was not yet applied. Where a `send` has applied writes that are not yet acknowledged, aborts the stream
   * itself once they are, and answers with when: the platform's abort would have them rejected.
   */
  drop(reason: unknown): Promise<void> | undefined {
    if (!this.#owes()) return undefined
    if (this.#dropped === undefined) {
      let done: () => void = () => undefined
      const aborted = new Promise<void>((resolve) => {
        done = resolve
      })
      this.#dropped = { reason, done, aborted }
      this.#set.resume()
    }
    return this.#dropped.aborted
  }

  /** Errors the stream where it was aborted or the run ended, once the writes that were applied are acknowledged. */
  end(): void {
    const { end } = this.#log
    if ((end === undefined && this.#dropped === undefined) || this.#owes()) return
    this.#controller?.error(this.#dropped === undefined ? end : this.#dropped.reason)
    if (this.#dropped === undefined) this.#over = true
    else {
      this.abort(this.#dropped.reason)
      this.#dropped.done()
    }
  }

  /** Whether a `send` has applied a turn that the stream has not come to. */
  #owes(): boolean {
    let turn = this.#first
    while (turn !== undefined && !turn.applied) turn = turn.next
    return turn !== undefined
  }

  /** The turn of a chunk that the stream has come to; turns before it are of writes that were rejected. */
  #due(chunk: unknown): Turn | undefined {
    let turn = this.#first
    while (turn !== undefined && !Object.is(turn.chunk, chunk)) turn = turn.next
    this.#first = turn?.next
    return turn
  }

  #apply(turn: Turn): void {
    if (turn.applied) return
    const ended = this.#log.end !== undefined
    // Before it is applied: a subscriber may send, and must not apply it again; a run that ends must not reject it.
    turn.applied = !ended
    const refusal = enter(this.#log, turn.admitted, false)
    if (refusal !== undefined && (ended || refusal.fatal)) turn.failure = refusal
  }

  #take(turn: Turn): void {
    if (this.#dropped !== undefined && !turn.applied) throw this.#dropped.reason
    this.#apply(turn)
    this.#full = this.#set.isFull()
    this.end()
    if (turn.failure !== undefined) throw turn.failure
  }

  async #wait(turn: Turn): Promise<void> {
    // A `send` that comes meanwhile applies this turn first.
    turn.next = this.#first
    this.#first = turn
    if (turn.next === undefined) this.#last = turn
    const signal = this.#controller?.signal as AbortSignal
    const abort = (): void => this.#set.resume()
    signal.addEventListener('abort', abort)
    while (!turn.applied && !signal.aborted && this.#dropped === undefined && this.#set.isFull())
      await this.#set.relief()
    signal.removeEventListener('abort', abort)
    this.#first = turn.next
    if (signal.aborted && !turn.applied) throw signal.reason
    this.#take(turn)
  }
}
