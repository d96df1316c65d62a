// A recorder: takes a run's history into packs while it is committed, and moves the run's ref to each portion. What it has in
// common with recorders for any store is core's. Longer than other files, because all of it is about the same few sequences.
//
//   the run has more ─► writer.pull ─► next: fill a pack ─► the promise resolves ─► recorded rises

import { randomBytes } from 'node:crypto'
import type { Run, RunEvent } from '@xmachines/core'
import type { Recorder as AnyRecorder } from '@xmachines/core/store'
import { type GitObject, type Recording, startRecording } from '../core-internals.ts'
import { asGitError, type GitError } from '../git-error.ts'
import { hexOf } from '../objects/object-id.ts'
import type { PackBuilder } from '../objects/pack.ts'
import { nextCount, receiptObjects, type StoredDetails } from '../objects/receipt-commit.ts'
import { streamEarlier } from '../read/earlier-batches.ts'
import { type MoveFailure, RefMismatch, type RefMove } from '../refs/ref-moves.ts'
import { machineRef, receiptRef, runRef } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { FULL_PACK, type NextPortion, type Source, type Writer } from '../write/writer.ts'
import type { LiveRecorder, LiveRecorders } from './live-recorders.ts'
import type { ReceiptTip } from './receipt-chain.ts'
import type { RecordOptions } from './record-options.ts'
import { type RecordedAt, recordedAt } from './recorded-at.ts'
import {
  divergedElsewhere,
  type RecordingPlace,
  recorderStopped,
  refsKeepMoving,
  withRecorded,
} from './recording-errors.ts'
import { settledBefore } from './settled-outputs.ts'

/** Records one run into one repository. */
export interface Recorder<State, Event, Output> extends AnyRecorder<State, Event, Output, GitError> {
  /** The ref of the run. */
  readonly ref: string
}

/** What a recorder works with. */
export interface RecorderParts {
  readonly context: RepositoryContext
  readonly writer: Writer
  readonly live: LiveRecorders
  /** Syncs refs that somebody else moved, if what is recorded must survive a power cut. */
  syncForeign(refs: readonly string[]): Promise<void>
}

/** How often to look again at refs that others keep moving, without recording anything. */
const MOST_ROUNDS = 8
const NOTHING: NextPortion = { portion: undefined, more: false }

/** Begins to record a run. */
export function startRecorder<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  options: RecordOptions,
  { context, writer, live, syncForeign }: RecorderParts,
): Recorder<State, Event, Output> {
  const id = run.id
  const ref = runRef(run.machine.name, id)
  const { genesis } = run
  const machine = { ref: machineRef(run.machine), oid: genesis.machine.oid }
  const receipts = receiptRef(run.machine.name, id)
  const receiptOf = { format: context.format, machine: run.machine, createdAt: genesis.createdAt }
  /** The sequence up to which packs hold the run; −1 is nothing. */
  let taken = -1
  /** Where the receipt of the next portion goes. */
  let tip: ReceiptTip = { at: undefined, previous: undefined, count: 0 }
  /** What the next receipt says beyond its append. */
  let stored: Omit<StoredDetails, 'position' | 'keys'> = { settled: run.start, count: 0 }
  /** The tokens of portions that Git gave no answer about: reading the receipts settles them. */
  let unanswered: string[] = []
  /** Reads where the refs point; made again when somebody else moved them. */
  let prepared: Promise<void> | undefined
  /** How often they were read since something was recorded. */
  let rounds = 0
  const recording: Recording<State, Event, Output, GitError> = startRecording(run, {
    ...options,
    take: () => writer.pull(source),
    readEarlier: (from, to) => streamEarlier(context, id, { from, to }),
    stopped: (recorded) => recorderStopped({ ref, id, recorded }),
    report: ({ message, code }, recorded) =>
      process.emitWarning(`recording ${ref} stopped at sequence ${recorded}: ${message}`, code),
    tellsAtStop: true,
    ended: () => live.remove(source),
  })
  const { history } = recording
  const recorder = Object.assign(recording.recorder, { ref })

  const source: Source & LiveRecorder = {
    ref,
    run,
    next,
    flush: recorder.flush,
    idle: recording.idle,
    // From now on every batch that is written here would be lost, and its effects would be in vain.
    diverge: (found) => fail(divergedElsewhere(now(), found)),
  }

  async function next(pack: PackBuilder, written: Promise<MoveFailure>): Promise<NextPortion> {
    try {
      await (prepared ??= prepare())
      return recording.finished ? NOTHING : take(pack, written)
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
    if (failure !== undefined && recorder.recorded < 0) throw failure
    if (sequence > recorder.recorded) {
      await syncForeign([receipts, ref, machine.ref])
      acknowledge(sequence)
    }
    const details = failure === undefined ? await detailsAfter(found) : stored
    tip = found.tip
    stored = details
    taken = sequence
    recording.advance()
    // Appends that were made after all are acknowledged, even if nothing can follow them.
    if (failure !== undefined) throw failure
  }

  async function detailsAfter({ sequence, latest }: RecordedAt): Promise<typeof stored> {
    if (sequence < 0) return { settled: run.start, count: 0 }
    const at = { id, machine: run.machine, sequence }
    const start = recording.positionAt(sequence)
    const { settled, uncounted, passed } = await settledBefore(context, at, { latest, start })
    return { settled, uncounted, passed, count: latest?.stored?.count ?? 0 }
  }

  /** The batches up to a sequence are recorded, and this run's own. */
  function acknowledge(sequence: number): void {
    if (sequence <= recorder.recorded) return
    recording.acknowledge(sequence)
    rounds = 0
  }

  function take(pack: PackBuilder, written: Promise<MoveFailure>): NextPortion {
    recording.keepCheckpoint()
    const before = taken
    const from = taken < 0 ? undefined : oidAt(taken)
    const end = recording.due
    if (taken < 0 && pack.size <= FULL_PACK) {
      for (const { oid, bytes } of history.genesis()) pack.addShared(oid, bytes)
      taken = 0
    }
    while (taken < end && pack.size <= FULL_PACK) {
      const bytes = history.commitAt(taken + 1)
      pack.add(history.digestAt(++taken), bytes)
    }
    const more = taken < end
    if (!more) recording.follow()
    if (taken === before) {
      recording.advance()
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
          return recorder.error !== undefined
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
    // Only a store takes keys over into a chain that begins again.
    const count = nextCount(tip.count, stored.count > 0)
    const details = { ...stored, position: recording.positionAfter(made.sequence), keys: [] }
    const objects = receiptObjects(receiptOf, { ...made, token, previous, count, stored: details })
    for (const object of objects) pack.addShared(object.oid, object.bytes)
    const { oid } = objects.at(-1) as GitObject
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
      recording.advance()
      return
    }
    if (!(failure instanceof RefMismatch)) {
      fail(failure)
      return
    }
    // A refusal is final: whatever the ref points to, this portion did not put it there.
    if (failure.unanswered && sequence > recorder.recorded) unanswered.push(token)
    else history.unsettled.delete(token)
    if (sequence <= recorder.recorded || recording.finished) return
    // Another recorder of this run was faster, somebody recorded something else under its id, or Git gave no answer.
    prepared = prepare()
    // Its failure is reported by `next`.
    prepared.catch(() => undefined)
    writer.pull(source)
  }

  function oidAt(sequence: number): string {
    return hexOf(history.digestAt(sequence))
  }

  function now(): RecordingPlace {
    const { sequence, dropped } = history
    const { recorded } = recorder
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

  function fail(thrown: GitError): void {
    recording.fail(thrown.run === undefined ? withRecorded(now(), thrown) : thrown)
  }

  live.add(source)
  writer.pull(source)
  return recorder
}
