// What an inspector sees of a run: batches without oids, outputs with their fate, refusals, and any state of the past. It
// counts as nobody's reader: nothing that the run warns of, holds back or gives to readers of `err` changes. Oids are computed
// for what is shown and nothing else.

import type { AnyMachine, AnyRun, RunError, RunEvent, Snapshot } from '@xmachines/core'
import {
  type Batch,
  chainOf,
  countOf,
  currentSnapshot,
  eventsOf,
  type Fate,
  genesisObjects,
  itemAt,
  nonceOf,
  oidAt,
  sequenceOf,
} from '@xmachines/core/internal'
import { knownRuns } from './known-runs.ts'
import { logsOf, onceChanged } from './logs.ts'
import { type Moment, type NoMoment, shadowOf } from './moments.ts'

/**
 * What became of an output: its handler's fate, which is known in development; otherwise `read` if a reader of `out` took it,
 * `waiting` if a reader has not come to it yet, and `unread` if nobody reads.
 */
export type OutputFate = Fate | 'read' | 'waiting' | 'unread'

/** An output, and what became of it. */
export interface ObservedOutput {
  /** Outputs before it, since the genesis. */
  readonly position: number
  readonly output: unknown
  readonly fate: OutputFate
}

/** A commit of a run's history. */
export interface ObservedCommit {
  readonly oid: string
  /** Its bytes as text, as `git cat-file commit` prints them. */
  readonly text: string
  /** How many bytes it has. */
  readonly size: number
}

/** A run, seen from outside. */
export interface ObservedRun {
  readonly run: AnyRun
  readonly machine: AnyMachine
  /** How many batches there are, pending ones included. */
  readonly sequence: number
  /** How many of them are confirmed: all, unless others drive the run too. */
  readonly confirmed: number
  /** How many of the oldest batches the run has dropped. */
  readonly dropped: number
  readonly snapshot: Snapshot<unknown>
  /** The latest refusals, in order. Each has the sequence at which it happened. */
  readonly refusals: readonly RunError[]
  /** How many older refusals the run has dropped. */
  readonly refusalsDropped: number
  /** How many outputs there are. */
  readonly position: number
  /** The component that made the run, if one did. */
  readonly place: string | undefined
  /** The events of a batch, the first being batch 1. Undefined if the run has dropped it, or does not have it. */
  batch(sequence: number): readonly RunEvent[] | undefined
  /** The state behind a batch; that of the genesis behind 0. Replayed beside the run. `later` says: ask again in a frame. */
  moment(sequence: number): Moment | NoMoment
  /** What a batch emitted. */
  outputs(sequence: number): readonly ObservedOutput[] | NoMoment
  /** The outputs that nobody has taken, or whose handlers are not through with them: the latest 100 at most. */
  waiting(): readonly ObservedOutput[]
  /**
   * The commit of a batch, or of the genesis. Undefined if it is pending or was dropped. Computes the oids up to there; `later`
   * says: ask again in a frame.
   */
  commit(sequence: number): ObservedCommit | 'later' | undefined
  /** Calls a listener after changes and refusals, at most once a frame, while the page is shown. Returns a function that ends this. */
  watch(listener: () => void): () => void
}

/** The most waiting outputs that are looked for, and the most that are given. */
const MOST_LOOKED_AT = 1000
const MOST_WAITING = 100

const observed = new WeakMap<AnyRun, ObservedRun>()

/**
 * Observes a run.
 *
 * @param run what `createRun` or any other maker of runs gave
 * @returns what an inspector shows; the same for the same run
 * @throws {TypeError} if it is not a run of this core
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { observe } from '@xmachines/inspector'
 *
 * const counter = defineMachine<number, { type: 'ADD'; by: number }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { ADD: (count, { by }) => count + by },
 * })
 * const run = createRun(counter)
 * run.in.send([{ type: 'ADD', by: 1 }, { type: 'ADD', by: 2 }])
 * run.in.send({ type: 'ADD', by: 4 })
 * const { sequence, batch, moment } = observe(run)
 * console.log(sequence, batch(2)) // 2 [{"type":"ADD","by":4}]
 * console.log(moment(1)) // {"state":3,"position":0}
 * ```
 */
export function observe(run: AnyRun): ObservedRun {
  const known = observed.get(run)
  if (known !== undefined) return known
  const made = observeFirst(run)
  observed.set(run, made)
  return made
}

function observeFirst(run: AnyRun): ObservedRun {
  const logs = logsOf(run)
  const { confirmed, tentative } = logs
  const { machine } = confirmed
  const shadow = shadowOf(logs, batchAt)
  const runs = knownRuns()

  function batchAt(sequence: number): Batch | undefined {
    return itemAt(sequence <= sequenceOf(confirmed) ? confirmed.batches : tentative.batches, sequence - 1)
  }

  function fateOf(position: number): OutputFate {
    const cursors = confirmed.sets.map((set) => set.deref()?.unread()).filter((at) => at !== undefined)
    if (cursors.some((at) => at > position)) return 'read'
    return cursors.length > 0 ? 'waiting' : 'unread'
  }

  function seen(output: unknown, position: number): ObservedOutput {
    // The id is known if anybody told a fate: it is part of the key.
    const fate = confirmed.chain === undefined ? undefined : runs.fateOf(confirmed.chain.genesis, position)
    return { position, output, fate: fate ?? fateOf(position) }
  }

  return {
    run,
    machine,
    get sequence() {
      return sequenceOf(tentative)
    },
    get confirmed() {
      return sequenceOf(confirmed)
    },
    get dropped() {
      return confirmed.batches.dropped
    },
    get snapshot() {
      return currentSnapshot(tentative)
    },
    get refusals() {
      return tentative.refusals.items
    },
    get refusalsDropped() {
      return tentative.refusals.dropped
    },
    get position() {
      return countOf(confirmed.outputs)
    },
    get place() {
      return runs.placeOf(run)
    },
    batch(sequence) {
      const batch = batchAt(sequence)
      return batch && eventsOf(batch)
    },
    moment: (sequence) => shadow.at(sequence),
    outputs(sequence) {
      const outputs = shadow.outputs(sequence)
      const behind = shadow.at(sequence)
      if (typeof outputs === 'string') return outputs
      if (typeof behind === 'string') return behind
      return outputs.map((output, at) => seen(output, behind.position - outputs.length + at))
    },
    waiting() {
      const waiting: ObservedOutput[] = []
      const end = countOf(confirmed.outputs)
      for (let at = end - 1; at >= Math.max(confirmed.outputs.dropped, end - MOST_LOOKED_AT); at--) {
        const one = seen(itemAt(confirmed.outputs, at), at)
        if (one.fate !== 'read' && one.fate !== 'settled' && one.fate !== 'cancelled') waiting.unshift(one)
        if (waiting.length === MOST_WAITING) break
      }
      return waiting
    },
    commit(sequence) {
      if (sequence > sequenceOf(confirmed) || (sequence > 0 && sequence <= confirmed.batches.dropped)) return undefined
      if (!hashTo(sequence)) return 'later'
      const bytes = sequence === 0 ? genesisBytes() : batchBytes(sequence)
      if (bytes === undefined) return undefined
      const body = bytes.subarray(bytes.indexOf(0) + 1)
      return { oid: oidAt(confirmed, sequence), text: new TextDecoder().decode(body), size: body.length }
    },
    watch(listener) {
      let stopped = false
      const arm = (): void => onceChanged(logs, () => !stopped && nextFrame(look))
      const look = (): void => {
        if (stopped) return
        shadow.keep()
        arm()
        listener()
      }
      arm()
      return () => {
        stopped = true
      }
    },
  }

  /** Computes oids for half a frame. Answers whether it came that far. */
  function hashTo(sequence: number): boolean {
    const deadline = performance.now() + 8
    for (let at = chainOf(confirmed).sequence; at < sequence; at = Math.min(at + 64, sequence)) {
      if (performance.now() > deadline) return false
      oidAt(confirmed, Math.min(at + 64, sequence))
    }
    return true
  }

  /** With the header that is hashed. */
  function batchBytes(sequence: number): Uint8Array {
    const chain = chainOf(confirmed)
    const at = (sequence - 1 - chain.dropped) * chain.width
    // The encoder uses its buffer again.
    return chain.encode(chain.digests, at, sequence, batchAt(sequence) as Batch).slice()
  }

  function genesisBytes(): Uint8Array | undefined {
    const { origin } = confirmed
    const made = genesisObjects(origin.format, { ...origin, machine, nonce: nonceOf(origin) })
    return made.objects.find(({ oid }) => oid === made.oid)?.bytes
  }
}

/** Calls a function in the next frame; on a platform without frames, in a task. A hidden page has no frames. */
function nextFrame(act: () => void): void {
  if (typeof requestAnimationFrame === 'function') requestAnimationFrame(act)
  else setTimeout(act, 16)
}
