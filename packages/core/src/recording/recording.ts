// What every recorder knows, wherever it records to: up to which sequence a run is recorded, who waits for more, what is shown
// meanwhile, and how recording ends. Whoever takes the batches acknowledges them here.
//
//   the run has more ─► take ─► acknowledge ─► advance: those who wait, and the recorded ports, learn it

import type { RunEvent } from '../machine/machine.ts'
import type { Ports } from '../ports/open-ports.ts'
import type { PortsOptions } from '../ports/ports-options.ts'
import type { Run } from '../run/run.ts'
import type { Checkpoint } from './checkpoint.ts'
import { checkRecordOptions, type RecordRunOptions } from './record-options.ts'
import { type Recordable, recordable } from './recordable.ts'
import type { RecordedView } from './recorded-ports.ts'
import type { ReadEarlier } from './retention.ts'
import { sequenceWaits } from './sequence-waits.ts'

/** Records one run in one place. */
export interface Recorder<State, Event, Output, Failure extends Error = Error> {
  /** The sequence up to which this recorder has recorded the run, or found it recorded; −1 before its genesis is. */
  readonly recorded: number
  /** Why nothing more is recorded, if something failed. */
  readonly error: Failure | undefined
  /** Resolves with the last sequence once the run has ended and is recorded, or the recorder was stopped. */
  readonly done: Promise<number>
  /** Resolves with the sequence once all that is committed now is recorded; rejects if it will not be. */
  flush(): Promise<number>
  /** Records what is committed now, and nothing after it. */
  stop(): Promise<number>
  /**
   * A set of ports that shows only what is recorded: `write` resolves, and `out` and `snapshot` deliver, once it is. It begins
   * at `run.start` unless `from` says otherwise. Effects belong here: nobody may act on an output that a crash can lose.
   * `write` waits for writers from `in.getWriter()`; `close` waits for every writer, those of `pipeTo` too.
   */
  ports(options?: PortsOptions): Ports<State, Event, Output>
}

/** What a recorder does in its own way. */
export interface RecordingParts<Failure extends Error> extends RecordRunOptions {
  /** Takes what is due, now or soon. It is called whenever there may be more. */
  take(): void
  /** Reads what was recorded, once the run has dropped it. */
  readonly readEarlier: ReadEarlier
  /** The error for whoever wants more than a recorder that was stopped records. */
  stopped(recorded: number): Failure
  /** Tells of a failure that nobody waits for. */
  report(failure: Failure, recorded: number): void
  /** Whether a failure is also reported if only `stop` rejects with it. */
  readonly tellsAtStop?: boolean
  /** Called once, when nothing more will be recorded. */
  ended?(): void
}

/** A recording, as the one who takes the batches sees it. */
export interface Recording<State, Event, Output, Failure extends Error> {
  readonly history: Recordable<State, Event, Output>
  readonly recorder: Recorder<State, Event, Output, Failure>
  /** The sequence up to which the run is to be recorded. */
  readonly due: number
  /** Whether nothing more is recorded. */
  readonly finished: boolean
  /** Keeps what the run is now, to be shown once that is recorded. Right before batches are taken. */
  keepCheckpoint(): void
  /** Outputs up to a sequence, if that is known: no log knows which batch made which output. */
  positionAt(sequence: number): number | undefined
  /** Outputs up to a sequence that is being taken, or more. */
  positionAfter(sequence: number): number
  /** The batches up to a sequence are recorded, and this run's own. `advance` shows it. */
  acknowledge(sequence: number): void
  /** Shows what is recorded now. */
  advance(): void
  /** Has more taken once the run has more. */
  follow(): void
  /** Ends the recording because something failed. */
  fail(failure: Failure): void
  /** Resolves once all that is committed now is recorded, or the recording has failed. Failures are not reported to it. */
  idle(): Promise<void>
}

const MOST_UNRECORDED = 16_384

/**
 * Begins to record a run. Nothing is taken yet.
 *
 * @param run the run
 * @param parts what the recorder does in its own way
 * @returns the recording
 * @throws {TypeError} if it is not a run of this version of core
 * @throws {RangeError} if an option is out of its range
 */
export function startRecording<State, Event extends RunEvent, Output, Input, Failure extends Error>(
  run: Run<State, Event, Output, Input>,
  parts: RecordingParts<Failure>,
): Recording<State, Event, Output, Failure> {
  const { maxUnrecorded = MOST_UNRECORDED, retain } = parts
  checkRecordOptions(parts)
  const history: Recordable<State, Event, Output> = recordable(run)
  /** The sequence up to which the run's own batches are recorded; −1 is nothing. */
  let recorded = -1
  /** The sequence after which nothing is recorded, once the recorder was stopped. */
  let last = Number.POSITIVE_INFINITY
  let error: Failure | undefined
  let finished = false
  /** Whether the run calls back when it has more. */
  let following = false
  /** What the run was when something was taken; shown once that is recorded. */
  const checkpoints: Checkpoint[] = []
  /** A sequence whose position is known. */
  let known = history.begun
  const waits = sequenceWaits<Failure>()
  let view: RecordedView<State, Event, Output> | undefined
  /** Settles `done`. */
  let ending: { resolve(sequence: number): void; reject(error: Failure): void } | undefined
  /** Whether somebody has asked for `done`. */
  let watched = false
  const done = new Promise<number>((resolve, reject) => {
    ending = { resolve, reject }
  })
  done.catch(() => undefined)
  const hold = history.hold(() => !finished && history.sequence - recorded > maxUnrecorded)
  const retention = history.retain(retain, parts.readEarlier)

  const dueNow = (): number => Math.min(history.sequence, last)

  function keepCheckpoint(): void {
    const made = history.checkpoint()
    const latest = checkpoints.at(-1)
    if (latest?.snapshot === made.snapshot && latest.end === made.end) return
    checkpoints.push(made)
  }

  function positionAt(sequence: number): number | undefined {
    return [known, ...checkpoints].find((one) => one?.sequence === sequence)?.position
  }

  function follow(): void {
    if (following || finished || history.ended || Number.isFinite(last)) return
    following = true
    history.whenMore(() => {
      following = false
      if (!finished) parts.take()
    })
  }

  function advance(): void {
    if (finished) return
    if (history.ended) keepCheckpoint()
    let shown: Checkpoint | undefined
    while (checkpoints.length > 0 && (checkpoints[0] as Checkpoint).sequence <= recorded) shown = checkpoints.shift()
    if (shown !== undefined) {
      known = shown
      view?.show(shown)
      retention.recorded(shown)
    }
    waits.advance(recorded)
    hold.check()
    if (recorded >= last) finish(parts.stopped(recorded))
    else if (history.ended && recorded === history.sequence && checkpoints.length === 0) finish(undefined)
  }

  /** Ends without a failure; `reason` is given to whoever waits for more. */
  function finish(reason: Failure | undefined): void {
    if (finished) return
    end()
    ending?.resolve(recorded)
    if (reason !== undefined) reject(reason)
  }

  function fail(failure: Failure): void {
    if (finished) return
    error = failure
    end()
    if (!waits.reporting && !watched) parts.report(failure, recorded)
    ending?.reject(failure)
    reject(failure)
  }

  function end(): void {
    finished = true
    hold.end()
    retention.end()
    parts.ended?.()
  }

  function reject(reason: Failure): void {
    waits.fail(reason)
    view?.fail(reason)
  }

  function reached(sequence: number, options?: { readonly reports: boolean }): Promise<void> {
    if (sequence <= recorded) return Promise.resolve()
    if (finished) return Promise.reject(error ?? parts.stopped(recorded))
    return waits.until(sequence, options)
  }

  const recorder: Recorder<State, Event, Output, Failure> = {
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
    async flush() {
      await reached(dueNow())
      return recorded
    },
    async stop() {
      if (error !== undefined) throw error
      last = Math.min(last, history.sequence)
      if (!finished) {
        keepCheckpoint()
        if (parts.tellsAtStop !== true) watched = true
        parts.take()
        await done
      }
      return recorded
    },
    ports(options = {}) {
      if (view === undefined) {
        view = history.view()
        if (error !== undefined || last <= recorded) view.fail(error ?? parts.stopped(recorded))
        else if (recorded >= 0) {
          keepCheckpoint()
          advance()
        }
      }
      return view.ports(options, () => reached(history.sequence))
    },
  }
  return {
    history,
    recorder,
    get due() {
      return dueNow()
    },
    get finished() {
      return finished
    },
    keepCheckpoint,
    positionAt,
    positionAfter: (sequence) => positionAt(sequence) ?? (checkpoints.at(-1) ?? history.checkpoint()).position,
    acknowledge(sequence) {
      recorded = Math.max(recorded, sequence)
      history.acknowledge(sequence)
    },
    advance,
    follow,
    fail,
    idle: async () => await reached(dueNow(), { reports: false }).catch(() => undefined),
  }
}
