// What a recorder needs from a run. A recorder keeps a history somewhere. This gives it the commits as bytes, makes writes
// wait for it, and shows others only what it has recorded.

import { itemAt } from '../engine/kept.ts'
import { type Batch, chainOf, digestAt, type Log, sequenceOf } from '../engine/log.ts'
import { resumeWriters } from '../engine/publish.ts'
import { type HistoryRecord, recordAt } from '../history/records.ts'
import { nonceOf } from '../identity/chain.ts'
import { type GenesisContent, genesisObjects } from '../identity/genesis-objects.ts'
import type { GitObject } from '../identity/git-object.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import type { RunEvent } from '../machine/machine.ts'
import { internalsOf, type Run } from '../run/run.ts'
import { type Checkpoint, checkpointOf } from './checkpoint.ts'
import { recordingOf } from './log-recording.ts'
import { openRecorded, type RecordedView } from './recorded-ports.ts'
import { type ReadEarlier, type Retention, retain } from './retention.ts'

/** A run, as a recorder sees it. */
export interface Recordable<State, Event, Output> {
  /** The object format of the run's oids. */
  readonly format: ObjectFormat
  /** The objects of the machine's commit and the genesis, each after those that it names. */
  genesis(): readonly GitObject[]
  /** How many batches are committed. */
  readonly sequence: number
  /** Where the run object began, and the outputs up to there; undefined if the run was created, and may have had outputs then. */
  readonly begun: Pick<Checkpoint, 'sequence' | 'position'> | undefined
  /** How many of them were dropped. The run keeps the others, their oids, and the oid before them. */
  readonly dropped: number
  /**
   * The sequence up to which batches with equal oids in a store are this run object's own: those that it began with, and
   * those that a recorder acknowledged. An equal batch after it may be another writer's.
   */
  readonly owned: number
  /** The tokens of this run object's appends whose results are not known yet, of all its recorders. */
  readonly unsettled: Set<string>
  /** A recorder has acknowledged the batches up to a sequence. */
  acknowledge(sequence: number): void
  /** Whether the run takes nothing more. */
  readonly ended: boolean
  /** The run at this moment. */
  checkpoint(): Checkpoint
  /**
   * The oid of the commit with this sequence, as bytes; 0 is the genesis.
   * @throws {RangeError} if it was dropped
   */
  digestAt(sequence: number): Uint8Array
  /**
   * The record of the commit with this sequence; 0 is the genesis.
   * @throws {RangeError} if it was dropped
   */
  recordAt(sequence: number): HistoryRecord<RunEvent>
  /** The bytes of the commit of this batch, with `commit LENGTH\0` before them; good until the next call. */
  commitAt(sequence: number): Uint8Array
  /** Calls back once, when more is committed or the run has ended. */
  whenMore(wake: () => void): void
  /** Makes writes into every `in` of the run wait while `isFull` says so. */
  hold(isFull: () => boolean): Hold
  /**
   * Makes the run drop what is recorded, except the latest `least` batches. Without a number it only keeps back what is not
   * recorded. `read` reads what was dropped, for readers of the history.
   */
  retain(least: number | undefined, read: ReadEarlier): Retention
  /** A view of the run that shows what is recorded, and nothing else. */
  view(): RecordedView<State, Event, Output>
}

/** Makes writes wait. */
export interface Hold {
  /** Makes the writes that wait check again whether there is room. */
  check(): void
  /** Makes nothing wait any more. */
  end(): void
}

/**
 * Opens a run to a recorder.
 *
 * @param run the run
 * @returns what a recorder needs from it
 * @throws {TypeError} if it is not a run of this version of core
 */
export function recordable<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
): Recordable<State, Event, Output> {
  const { log, initial } = internalsOf(run)
  return {
    format: log.origin.format,
    genesis: () => genesisObjects(log.origin.format, contentOf(log)).objects,
    get sequence() {
      return sequenceOf(log)
    },
    begun: initial.sequence > 0 || run.start > 0 ? { sequence: initial.sequence, position: run.start } : undefined,
    get dropped() {
      return log.batches.dropped
    },
    get owned() {
      return Math.max(initial.sequence, recordingOf(log).acknowledged)
    },
    get unsettled() {
      return recordingOf(log).unsettled
    },
    acknowledge(sequence) {
      const recording = recordingOf(log)
      recording.acknowledged = Math.max(recording.acknowledged, sequence)
    },
    get ended() {
      return log.end !== undefined
    },
    checkpoint: () => checkpointOf(log),
    digestAt: (sequence) => keptDigestAt(log, sequence),
    recordAt: (sequence) => recordAt(log, sequence) as HistoryRecord<RunEvent>,
    commitAt(sequence) {
      const parent = keptDigestAt(log, sequence - 1)
      return chainOf(log).encode(parent, 0, sequence, itemAt(log.batches, sequence - 1) as Batch)
    },
    whenMore(wake) {
      if (log.end === undefined) log.waiting.push({ wake })
      else wake()
    },
    hold: (isFull) => hold(log, isFull),
    retain: (least, read) => retain(log, least, read),
    view: () => openRecorded<State, Event, Output>(log, initial, run.start),
  }
}

function contentOf(log: Log): GenesisContent {
  return { ...log.origin, machine: log.machine, nonce: nonceOf(log.origin) }
}

function keptDigestAt(log: Log, sequence: number): Uint8Array {
  const { dropped } = log.batches
  if (sequence < dropped) {
    throw new RangeError(`the run has dropped the oid of batch ${sequence}, and keeps those from ${dropped} on`)
  }
  return digestAt(log, sequence)
}

function hold(log: Log, isFull: () => boolean): Hold {
  const { holds } = recordingOf(log)
  holds.add(isFull)
  return {
    check: () => resumeWriters(log),
    end() {
      holds.delete(isFull)
      resumeWriters(log)
    },
  }
}
