// What a recorder needs from a run. A recorder keeps a history
// somewhere; this gives it the commits as bytes, lets it hold writes back, and shows others only what it has kept.

import { type GenesisContent, genesisObjects } from './commit.ts'
import { digestAt, nonceOf, oidsOf } from './identity.ts'
import { type Log, sequenceOf } from './log.ts'
import type { RunEvent } from './machine.ts'
import { type Mark, markOf } from './mark.ts'
import type { GitObject, ObjectFormat } from './oid.ts'
import { mustBe } from './quote.ts'
import { openRecorded, type RecordedView } from './recorded-ports.ts'
import { type ReadEarlier, type Retention, retain } from './retention.ts'
import { insideOf, Run } from './run.ts'

/** A run, as a recorder sees it. */
export interface Recordable<State, Event, Output> {
  /** The object format of the run's oids. */
  readonly format: ObjectFormat
  /** The objects of the machine's commit and the genesis, each behind those that it names. */
  genesis(): readonly GitObject[]
  /** How many batches are committed. */
  readonly sequence: number
  /** How many of them were let go: the run holds those behind, and their oids and the one before. */
  readonly dropped: number
  /** Whether it takes nothing more. */
  readonly ended: boolean
  /** What there is now. */
  mark(): Mark
  /**
   * The oid of the commit with this sequence, as bytes; 0 is the genesis.
   * @throws {RangeError} where it was let go
   */
  digestAt(sequence: number): Uint8Array
  /** The bytes of the commit of this batch, `commit LENGTH\0` before them; good until the next call. */
  commitAt(sequence: number): Uint8Array
  /** Calls back once, when more is committed or the run has ended. */
  whenMore(wake: () => void): void
  /** Has writes into every `in` of the run wait while `isFull` says so. */
  hold(isFull: () => boolean): Hold
  /**
   * Has the run let go of what is recorded, of batches but the latest so many; where no number is given, only holds
   * back what is not. `read` reads what was let go, for readers of the history.
   */
  retain(least: number | undefined, read: ReadEarlier): Retention
  /** A view of the run that shows what is recorded, and nothing else. */
  view(): RecordedView<State, Event, Output>
}

/** Holds writes back. */
export interface Hold {
  /** Has the writes that wait look again. */
  look(): void
  /** Holds nothing back any more. */
  end(): void
}

/**
 * Opens a run to a recorder.
 *
 * @param run the run
 * @returns what a recorder needs of it
 * @throws {TypeError} where it is none, or of another copy of this package
 */
export function recordable<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
): Recordable<State, Event, Output> {
  const given: unknown = run
  if (!(given instanceof Run)) {
    throw new TypeError(mustBe('run', given, 'a run that createRun or restoreRun of this copy of @xmachines/core made'))
  }
  const { log, initial } = insideOf(run)
  return {
    format: log.origin.format,
    genesis: () => genesisObjects(log.origin.format, contentOf(log)).objects,
    get sequence() {
      return sequenceOf(log)
    },
    get dropped() {
      return log.droppedBatches
    },
    get ended() {
      return log.end !== undefined
    },
    mark: () => markOf(log),
    digestAt: (sequence) => heldDigestAt(log, sequence),
    commitAt(sequence) {
      const parent = heldDigestAt(log, sequence - 1)
      return oidsOf(log).write(parent, sequence, log.batches[sequence - 1 - log.droppedBatches] as RunEvent)
    },
    whenMore(wake) {
      if (log.end === undefined) log.waiting.push({ wake })
      else wake()
    },
    hold: (isFull) => hold(log, isFull),
    retain: (least, read) => retain(log, least, read),
    view: () => openRecorded<State, Event, Output>(log, initial, run),
  }
}

function contentOf(log: Log): GenesisContent {
  const { createdAt, initial, input } = log.origin
  return { machine: log.machine, createdAt, nonce: nonceOf(log), initial, input }
}

function heldDigestAt(log: Log, sequence: number): Uint8Array {
  const { droppedBatches: dropped } = log
  if (sequence < dropped)
    throw new RangeError(`the oid of batch ${sequence} is not held, only those from ${dropped} on`)
  return digestAt(log, sequence)
}

/** Who holds back the writes of a log: recorders in several repositories may. */
const holders = new WeakMap<Log, Set<() => boolean>>()

function hold(log: Log, isFull: () => boolean): Hold {
  const held = holders.get(log) ?? new Set()
  holders.set(log, held.add(isFull))
  log.hold = () => {
    for (const one of held) if (one()) return true
    return false
  }
  const look = (): void => {
    for (const set of log.sets) set.deref()?.resume()
  }
  return {
    look,
    end() {
      held.delete(isFull)
      if (held.size === 0) log.hold = undefined
      look()
    },
  }
}
