// A recorder: takes a run's history into a repository while it is committed, and says how much is safe. Longer than
// other files, because all of it is about the same few sequences.
//
//   the run has more ─► writer.pull ─► next: fill a pack ─► the promise resolves ─► recorded rises

import { randomBytes } from 'node:crypto'
import type { Ports, PortsOptions, Run, RunEvent } from '@xmachines/core'
import { type Checkpoint, type Recordable, type RecordedView, recordable } from '../core-internals.ts'
import { asGitError, type GitError } from '../git-error.ts'
import { hexOf } from '../objects/object-id.ts'
import type { PackBuilder } from '../objects/pack.ts'
import { emptyTree, encodeReceipt, nextCount } from '../objects/receipt-commit.ts'
import { streamEarlier } from '../read/earlier-batches.ts'
import { type MoveFailure, RefMismatch, type RefMove } from '../refs/ref-moves.ts'
import { machineRef, receiptRef, runRef } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { FULL_PACK, type NextPortion, type Source, type Writer } from '../write/writer.ts'
import type { LiveRecorder, LiveRecorders } from './live-recorders.ts'
import type { ReceiptTip } from './receipt-chain.ts'
import type { RecordOptions } from './record-options.ts'
import { recordedAt } from './recorded-at.ts'
import { divergedElsewhere, type Recording, recorderStopped, refsKeepMoving, withRecorded } from './recording-errors.ts'
import { sequenceWaits } from './sequence-waits.ts'

/** Records one run into one repository. */
export interface Recorder<State, Event, Output> {
  /** The ref of the run. */
  readonly ref: string
  /** The sequence up to which the run is safe; −1 until its genesis is. */
  readonly recorded: number
  /** Why nothing more is recorded, if something failed. */
  readonly error: GitError | undefined
  /** Resolves with the last sequence once the run has ended and is recorded, or the recorder was stopped. */
  readonly done: Promise<number>
  /** Resolves with the sequence once all that is committed now is recorded; rejects if it will not be. */
  flush(): Promise<number>
  /** Records what is committed now, and nothing after it. */
  stop(): Promise<number>
  /**
   * A set of ports that shows only what is recorded: `write` resolves, and `out` and `snapshot` deliver, once it is. It
   * begins at `run.start` unless `from` says otherwise. Effects belong here: nobody may act on an output that a crash can lose. `write` waits for writers from
   * `in.getWriter()`; `close` waits for every writer, those of `pipeTo` too.
   */
  ports(options?: PortsOptions): Ports<State, Event, Output>
}

/** What a recorder works with. */
export interface RecorderParts {
  readonly context: RepositoryContext
  readonly writer: Writer
  readonly live: LiveRecorders
  /** Syncs refs that somebody else moved, if what is recorded must survive a power cut. */
  syncForeign(refs: readonly string[]): Promise<void>
}

/** How many batches may wait unless `maxUnrecorded` is given. */
const MOST_UNRECORDED = 16_384
/** How often to look again at refs that others keep moving, without recording anything. */
const MOST_ROUNDS = 8
const NOTHING: NextPortion = { portion: undefined, more: false }

/** Begins to record a run. */
export function startRecorder<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  { maxUnrecorded = MOST_UNRECORDED, retain }: RecordOptions,
  { context, writer, live, syncForeign }: RecorderParts,
): Recorder<State, Event, Output> {
  const history: Recordable<State, Event, Output> = recordable(run)
  const id = run.id
  const ref = runRef(run.machine.name, id)
  const { genesis } = run
  const machine = { ref: machineRef(run.machine), oid: genesis.machine.oid }
  const receipts = receiptRef(run.machine.name, id)
  const receiptOf = { format: context.format, machine: run.machine, createdAt: genesis.createdAt }
  /** The sequence up to which the ref has moved; −1 if it does not exist. */
  let recorded = -1
  /** The sequence up to which packs hold the run; −1 is nothing. */
  let taken = -1
  /** Where the receipt of the next portion goes. */
  let tip: ReceiptTip = { at: undefined, previous: undefined, count: 0 }
  /** The tokens of portions that Git gave no answer about: reading the receipts settles them. */
  let unanswered: string[] = []
  /** Reads where the refs point; made again when somebody else moved them. */
  let prepared: Promise<void> | undefined
  /** How often they were read since something was recorded. */
  let rounds = 0
  let error: GitError | undefined
  /** The sequence after which nothing is recorded, once the recorder was stopped. */
  let last = Number.POSITIVE_INFINITY
  let finished = false
  /** Whether the run calls back when it has more. */
  let following = false
  /** What the run was when something was taken; shown once that is recorded. */
  const checkpoints: Checkpoint[] = []
  const waits = sequenceWaits()
  let view: RecordedView<State, Event, Output> | undefined
  /** Settles `done`. */
  let ending: { resolve(sequence: number): void; reject(error: GitError): void } | undefined
  /** Whether somebody has asked for `done`. */
  let watched = false
  const done = new Promise<number>((resolve, reject) => {
    ending = { resolve, reject }
  })
  done.catch(() => undefined)
  const hold = history.hold(() => !finished && history.sequence - recorded > maxUnrecorded)
  const retention = history.retain(retain, (from, to) => streamEarlier(context, id, { from, to }))

  const source: Source & LiveRecorder = {
    ref,
    run,
    next,
    flush,
    idle: async () => await reached(due(), { reports: false }).catch(() => undefined),
    // From now on every batch that is written here would be lost, and its effects would be in vain.
    diverge: (found) => fail(divergedElsewhere(now(), found)),
  }

  /** The sequence up to which the run is to be recorded. */
  function due(): number {
    return Math.min(history.sequence, last)
  }

  async function next(pack: PackBuilder, written: Promise<MoveFailure>): Promise<NextPortion> {
    try {
      await (prepared ??= prepare())
      return finished ? NOTHING : take(pack, written)
    } catch (thrown) {
      fail(asGitError(thrown, `writing into ${context.packDirectory}`))
      return NOTHING
    }
  }

  /** Finds out where the refs point, and continues from there. */
  async function prepare(): Promise<void> {
    if (rounds++ === MOST_ROUNDS) throw refsKeepMoving(now())
    const lost = unanswered
    const found = await recordedAt(context, history, { now, receipts })
    const { sequence, failure } = found
    history.acknowledge(sequence)
    if (failure?.code !== 'UNKNOWN') {
      for (const token of lost) history.unsettled.delete(token)
      unanswered = unanswered.filter((token) => !lost.includes(token))
    }
    if (failure !== undefined && recorded < 0) throw failure
    if (sequence > recorded) {
      await syncForeign([receipts, ref, machine.ref])
      acknowledge(sequence)
    }
    tip = found.tip
    taken = sequence
    advance()
    // Appends that were made after all are acknowledged, even if nothing can follow them.
    if (failure !== undefined) throw failure
  }

  /** The batches up to a sequence are recorded, and this run's own. */
  function acknowledge(sequence: number): void {
    if (sequence <= recorded) return
    recorded = sequence
    rounds = 0
    history.acknowledge(sequence)
  }

  function take(pack: PackBuilder, written: Promise<MoveFailure>): NextPortion {
    keepCheckpoint()
    const before = taken
    const from = taken < 0 ? undefined : oidAt(taken)
    const end = due()
    if (taken < 0 && pack.size <= FULL_PACK) {
      for (const { oid, bytes } of history.genesis()) pack.addShared(oid, bytes)
      taken = 0
    }
    while (taken < end && pack.size <= FULL_PACK) {
      const bytes = history.commitAt(taken + 1)
      pack.add(history.digestAt(++taken), bytes)
    }
    const more = taken < end
    if (!more) follow()
    if (taken === before) {
      advance()
      return { portion: undefined, more }
    }
    const sequence = taken
    const to = oidAt(sequence)
    const { token, receipt } = addReceipt(pack, { after: before, sequence, head: to })
    void written
      .then((failure) => onWritten({ sequence, token, failure }))
      .catch((thrown: unknown) => fail(asGitError(thrown, `writing into ${context.packDirectory}`)))
      .catch((thrown: unknown) => process.emitWarning(`the recorder of ${ref} failed: ${String(thrown)}`))
    return {
      portion: {
        move: { ref, from, to, receipt },
        machine,
        get withdrawn() {
          return error !== undefined
        },
      },
      more,
    }
  }

  /** Adds the receipt of a portion to the pack of that portion. */
  function addReceipt(
    pack: PackBuilder,
    made: { readonly after: number; readonly sequence: number; readonly head: string },
  ): { readonly token: string; readonly receipt: RefMove } {
    const token = randomBytes(16).toString('hex')
    const { at, previous } = tip
    const count = nextCount(tip.count)
    const { oid, bytes } = encodeReceipt(receiptOf, { ...made, token, previous, count })
    pack.addShared(oid, bytes)
    if (count === 1) {
      const tree = emptyTree(context.format)
      pack.addShared(tree.oid, tree.bytes)
    }
    history.unsettled.add(token)
    tip = { at: oid, previous: oid, count }
    return { token, receipt: { ref: receipts, to: oid, from: at } }
  }

  function onWritten({
    sequence,
    token,
    failure,
  }: {
    readonly sequence: number
    readonly token: string
    readonly failure: MoveFailure
  }): void {
    if (failure === undefined) {
      acknowledge(sequence)
      history.unsettled.delete(token)
      advance()
      return
    }
    if (!(failure instanceof RefMismatch)) {
      fail(failure)
      return
    }
    // A refusal is final: whatever the ref points to, this portion did not put it there.
    if (failure.unanswered && sequence > recorded) unanswered.push(token)
    else history.unsettled.delete(token)
    if (sequence <= recorded || finished) return
    // Another recorder of this run was faster, somebody recorded something else under its id, or Git gave no answer.
    prepared = prepare()
    // Its failure is reported by `next`.
    prepared.catch(() => undefined)
    writer.pull(source)
  }

  function oidAt(sequence: number): string {
    return hexOf(history.digestAt(sequence))
  }

  function now(): Recording {
    const { sequence, dropped } = history
    return {
      ref,
      directory: context.directory,
      id,
      recorded,
      sequence,
      dropped,
      // Only read for an error: it computes the oids of all batches that have none yet.
      get head() {
        return run.head
      },
    }
  }

  function keepCheckpoint(): void {
    const made = history.checkpoint()
    const latest = checkpoints.at(-1)
    if (latest?.snapshot === made.snapshot && latest.end === made.end) return
    checkpoints.push(made)
  }

  /** Pulls again once the run has more. */
  function follow(): void {
    if (following || finished || history.ended || Number.isFinite(last)) return
    following = true
    history.whenMore(() => {
      following = false
      if (!finished) writer.pull(source)
    })
  }

  /** Shows what is recorded now. */
  function advance(): void {
    if (finished) return
    if (history.ended) keepCheckpoint()
    let shown: Checkpoint | undefined
    while (checkpoints.length > 0 && (checkpoints[0] as Checkpoint).sequence <= recorded) shown = checkpoints.shift()
    if (shown !== undefined) {
      view?.show(shown)
      retention.recorded(shown)
    }
    waits.advance(recorded)
    hold.check()
    if (recorded >= last) finish(recorderStopped(now()))
    else if (history.ended && recorded === history.sequence && checkpoints.length === 0) finish(undefined)
  }

  /** Ends without a failure; `reason` is given to whoever waits for more. */
  function finish(reason: GitError | undefined): void {
    if (finished) return
    end()
    ending?.resolve(recorded)
    if (reason !== undefined) reject(reason)
  }

  function fail(thrown: GitError): void {
    if (finished) return
    error = thrown.run === undefined ? withRecorded(now(), thrown) : thrown
    end()
    if (!waits.reporting && !watched) {
      process.emitWarning(`recording ${ref} stopped at sequence ${recorded}: ${error.message}`, error.code)
    }
    ending?.reject(error)
    reject(error)
  }

  function end(): void {
    finished = true
    hold.end()
    retention.end()
    live.remove(source)
  }

  function reject(reason: GitError): void {
    waits.fail(reason)
    view?.fail(reason)
  }

  function reached(sequence: number, options?: { readonly reports: boolean }): Promise<void> {
    if (sequence <= recorded) return Promise.resolve()
    if (finished) return Promise.reject(error ?? recorderStopped(now()))
    return waits.until(sequence, options)
  }

  async function flush(): Promise<number> {
    await reached(due())
    return recorded
  }

  live.add(source)
  writer.pull(source)
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
      last = Math.min(last, history.sequence)
      if (!finished) {
        writer.pull(source)
        await done
      }
      return recorded
    },
    ports(options = {}) {
      if (view === undefined) {
        view = history.view()
        if (error !== undefined || last <= recorded) view.fail(error ?? recorderStopped(now()))
        else if (recorded >= 0) {
          keepCheckpoint()
          advance()
        }
      }
      return view.ports(options, () => reached(history.sequence))
    },
  }
}
