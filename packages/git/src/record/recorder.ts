// A recorder: takes a run's history into a repository as it is committed, and tells what is safe. Longer than others,
// because all of it turns on the same few sequences.

import type { PortsOptions, Run, RunEvent } from '@xmachines/core'
import {
  type Mark,
  type ReadEarlier,
  type Recordable,
  type RecordedPorts,
  type RecordedView,
  recordable,
} from '@xmachines/core/internal'
import type { GitError } from '../git-error.ts'
import { hexOf } from '../objects/object-id.ts'
import type { ReadObject } from '../objects/object-stream.ts'
import { machineRef, runRef } from '../refs/ref-names.ts'
import { FULL_PACK, type Source, type Taken, type Writer } from '../write/writer.ts'
import type { LiveRecorder, LiveRecorders } from './live-recorders.ts'
import type { RecordOptions } from './record-options.ts'
import { recordedAt } from './recorded-at.ts'
import { asOneOf, divergedElsewhere, type Recording, stoppedAt } from './recording-errors.ts'

/** Records one run into one repository. */
export interface Recorder<State, Event, Output> {
  /** The ref that holds the run. */
  readonly ref: string
  /** The sequence up to which the run is safe; −1 until its genesis is. */
  readonly recorded: number
  /** Why nothing more is recorded, if something failed. */
  readonly error: GitError | undefined
  /** Resolves with the last sequence when the run has ended and all of it is recorded, or the recorder was stopped. */
  readonly done: Promise<number>
  /** Resolves once all that is committed now is recorded, with the sequence; rejects where it will not be. */
  flush(): Promise<number>
  /** Records what is committed now, and nothing further. */
  stop(): Promise<number>
  /**
   * A set of ports that shows only what is recorded: `write` resolves, and `out` and `snapshot` deliver, once it is.
   * The place for effects: an output that a crash loses must never have been acted on. It is the writer of
   * `in.getWriter()` that has `write` wait, and of any writer, as of `pipeTo`, `close`.
   */
  ports(options?: PortsOptions): RecordedPorts<State, Event, Output>
}

/** Where a recorder records to. */
export interface RecorderPlace {
  readonly directory: string
  readonly writer: Writer
  readonly live: LiveRecorders
  /** What stands at a ref. */
  read(ref: string): Promise<ReadObject | undefined>
  /** Has what was found at refs written to disk, where what is recorded is to be there. */
  settle(refs: readonly string[]): Promise<void>
  /** The batches of a run from a sequence to the one with an oid. */
  readonly readEarlier: (run: string, ...range: Parameters<ReadEarlier>) => ReturnType<ReadEarlier>
}

interface Waiter {
  readonly sequence: number
  readonly resolve: () => void
  readonly reject: (error: GitError) => void
}

/** How many batches may wait unless `maxUnrecorded` says so. */
const MOST_UNRECORDED = 16_384

/** Begins to record a run. */
export function startRecorder<State, Event extends RunEvent, Output, Input>(
  place: RecorderPlace,
  run: Run<State, Event, Output, Input>,
  { maxUnrecorded = MOST_UNRECORDED, retain }: RecordOptions,
): Recorder<State, Event, Output> {
  const taping: Recordable<State, Event, Output> = recordable(run)
  const id = run.id
  const ref = runRef(run.machine.name, id)
  const machine = { ref: machineRef(run.machine), oid: run.genesis.machine.oid }
  /** The sequence up to which the ref has moved, and that up to which packs hold the run; −1 is nothing. */
  let recorded = -1
  let taken = -1
  let prepared: Promise<void> | undefined
  let error: GitError | undefined
  /** The sequence behind which nothing is recorded, once it was stopped. */
  let last = Number.POSITIVE_INFINITY
  let finished = false
  let following = false
  /** What there was when something was taken: shown once it is recorded. */
  const marks: Mark[] = []
  let waiters: Waiter[] = []
  let view: RecordedView<State, Event, Output> | undefined
  let settle: { resolve(sequence: number): void; reject(error: GitError): void } | undefined
  let watched = false
  const done = new Promise<number>((resolve, reject) => {
    settle = { resolve, reject }
  })
  done.catch(() => undefined)
  const hold = taping.hold(() => !finished && taping.sequence - recorded > maxUnrecorded)
  const retention = taping.retain(retain, (...range) => place.readEarlier(id, ...range))

  const source: Source & LiveRecorder = {
    ref,
    run,
    flush,
    get failure() {
      return error
    },
    get sequence() {
      return Math.min(taping.sequence, last)
    },
    get recorded() {
      return recorded
    },
    prepare: () => (prepared ??= prepare()),
    collect(pack) {
      mark()
      const end = source.sequence
      const from = taken < 0 ? undefined : hexOf(taping.digestAt(taken))
      const before = taken
      if (taken < 0) {
        for (const { oid, bytes } of taping.genesis()) pack.addShared(oid, bytes)
        taken = 0
      }
      while (taken < end && pack.size <= FULL_PACK) {
        const bytes = taping.commitAt(taken + 1)
        pack.add(taping.digestAt(++taken), bytes)
      }
      if (taken < end) place.writer.enqueue(source)
      else follow()
      if (taken === before) {
        advance()
        return undefined
      }
      return { sequence: taken, machine, move: { ref, from, to: hexOf(taping.digestAt(taken)) } }
    },
    written({ sequence }: Taken) {
      recorded = Math.max(recorded, sequence)
      advance()
    },
    async overtaken({ sequence }: Taken) {
      if (sequence <= recorded) return
      // Another recorder of this very run was faster, or somebody recorded something else under its id.
      await prepare()
      place.writer.enqueue(source)
    },
    failed: fail,
    // It was gone on with elsewhere: what is written here now would be lost, and acted on for nothing.
    onDiverged: (found) => fail(divergedElsewhere(now(), found)),
  }

  /** Goes on from where the ref stands. */
  async function prepare(): Promise<void> {
    const sequence = await recordedAt(place.read, taping, now)
    if (sequence === undefined) return
    if (sequence > recorded) await place.settle([ref, machine.ref])
    recorded = sequence
    taken = sequence
    advance()
  }

  function now(): Recording {
    const { sequence, dropped } = taping
    return {
      ref,
      directory: place.directory,
      id,
      recorded,
      sequence,
      dropped,
      // Asked for where it is told: it is computed of all that has no oid yet.
      get head() {
        return run.head
      },
    }
  }

  function mark(): void {
    const made = taping.mark()
    const latest = marks.at(-1)
    if (latest?.snapshot === made.snapshot && latest.end === made.end) return
    marks.push(made)
  }

  /** Has this asked again when there is more. */
  function follow(): void {
    if (following || finished || taping.ended || Number.isFinite(last)) return
    following = true
    taping.whenMore(() => {
      following = false
      if (!finished) place.writer.enqueue(source)
    })
  }

  /** Tells all that is recorded now. */
  function advance(): void {
    if (finished) return
    if (taping.ended) mark()
    let shown: Mark | undefined
    while (marks.length > 0 && (marks[0] as Mark).sequence <= recorded) shown = marks.shift()
    if (shown !== undefined) {
      view?.show(shown)
      retention.recorded(shown)
    }
    const due = waiters.filter(({ sequence }) => sequence <= recorded)
    waiters = waiters.filter(({ sequence }) => sequence > recorded)
    for (const { resolve } of due) resolve()
    hold.look()
    if (recorded >= last) finish(stoppedAt(now()))
    else if (taping.ended && recorded === taping.sequence && marks.length === 0) finish(undefined)
  }

  function finish(reason: GitError | undefined): void {
    if (finished) return
    end()
    settle?.resolve(recorded)
    // What is committed behind its last sequence is not recorded.
    if (reason !== undefined) refuse(reason)
  }

  function fail(thrown: GitError): void {
    if (finished) return
    error = thrown.run === undefined ? asOneOf(now(), thrown) : thrown
    end()
    if (waiters.length === 0 && !watched) {
      process.emitWarning(`recording ${ref} stopped at sequence ${recorded}: ${error.message}`, error.code)
    }
    settle?.reject(error)
    refuse(error)
  }

  function end(): void {
    finished = true
    hold.end()
    retention.end()
    place.live.remove(source)
  }

  function refuse(reason: GitError): void {
    for (const { reject } of waiters.splice(0)) reject(reason)
    view?.fail(reason)
  }

  function reached(sequence: number): Promise<void> {
    if (sequence <= recorded) return Promise.resolve()
    if (finished) return Promise.reject(error ?? stoppedAt(now()))
    return new Promise((resolve, reject) => waiters.push({ sequence, resolve, reject }))
  }

  async function flush(): Promise<number> {
    await reached(source.sequence)
    return recorded
  }

  place.live.add(source)
  place.writer.enqueue(source)
  return {
    ref,
    get recorded() {
      return recorded
    },
    get error() {
      return error
    },
    get done() {
      watched = true
      return done
    },
    flush,
    async stop() {
      if (error !== undefined) throw error
      last = Math.min(last, taping.sequence)
      if (!finished) {
        place.writer.enqueue(source)
        await done
      }
      return recorded
    },
    ports(options = {}) {
      if (view === undefined) {
        view = taping.view()
        if (error !== undefined || last <= recorded) view.fail(error ?? stoppedAt(now()))
        else if (recorded >= 0) {
          mark()
          advance()
        }
      }
      return view.ports(options, () => reached(taping.sequence))
    },
  }
}
