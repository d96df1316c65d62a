// What a recorded run drops, and how it is read again: batches with their oids, and outputs, once every recorder has
// recorded them and no open `out` still has to deliver them.

import { freezePlain } from '../data/plain-data.ts'
import { dropBefore } from '../engine/kept.ts'
import { chainOf, type DroppedReader, digestAt, type Log, oidAt } from '../engine/log.ts'
import type { BatchRecord } from '../history/records.ts'
import { dropDigests } from '../identity/chain.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type Retainer, recordingOf } from './log-recording.ts'

/** Reads the records of the batches from a sequence to the one with an oid, in groups as they come. */
export type ReadEarlier = (
  from: number,
  to: { readonly sequence: number; readonly oid: string },
) => AsyncGenerator<readonly BatchRecord<unknown>[], void, undefined>

/** A recorder's say in what its run drops. */
export interface Retention {
  /** All of a checkpoint is recorded: what the recorder no longer needs may be dropped. */
  recorded(checkpoint: Pick<Checkpoint, 'sequence' | 'position'>): void
  /** The recorder records nothing more, and needs nothing more. */
  end(): void
}

/**
 * Gives a recorder its say.
 * @param least how many of the latest batches are kept; undefined if this recorder drops nothing, and only keeps back what
 *   it has not recorded
 * @param read reads what is recorded
 */
export function retain(log: Log, least: number | undefined, read: ReadEarlier): Retention {
  const recording = recordingOf(log)
  const { retainers } = recording
  const open = (): DroppedReader => readDropped(log, read)
  const mine: Retainer = { least, open, free: { sequence: 0, position: 0 } }
  const kept = least ?? 0
  /** A checkpoint whose outputs are free once so many batches follow it: no log knows which batch made which output. */
  let next = mine.free
  retainers.add(mine)
  return {
    recorded({ sequence, position }) {
      let { position: free } = mine.free
      if (sequence - next.sequence >= kept) {
        free = kept === 0 ? position : next.position
        next = { sequence, position }
      }
      mine.free = { sequence: Math.max(0, sequence - kept), position: free }
      // All have recorded what was dropped, so the latest to report can read it.
      recording.reader = mine
      recording.readDropped ??= () => (recording.reader as Retainer).open()
      drop(log, [...retainers])
    },
    end() {
      retainers.delete(mine)
      // Another recorder that has recorded as much reads it from now on. If there is none, this one's store still can.
      const able = [...retainers].find(({ free }) => free.sequence >= log.batches.dropped)
      if (recording.reader === mine && able !== undefined) recording.reader = able
    },
  }
}

/** Has the readers of a log's history read what it never had, if nobody records it. */
export function readDroppedBy(log: Log, read: ReadEarlier): void {
  recordingOf(log).readDropped ??= () => readDropped(log, read)
}

function drop(log: Log, retainers: readonly Retainer[]): void {
  if (retainers.every(({ least }) => least === undefined)) return
  const sequence = Math.min(...retainers.map(({ free }) => free.sequence))
  let position = Math.min(...retainers.map(({ free }) => free.position))
  for (const set of log.sets) position = Math.min(position, set.deref()?.unread() ?? position)
  // The oid of the last batch that goes is the parent of the first that stays, so it is computed before.
  if (sequence > log.batches.dropped) digestAt(log, sequence)
  if (dropBefore(log.batches, sequence)) dropDigests(chainOf(log), sequence)
  dropBefore(log.outputs, position)
}

function readDropped(log: Log, read: ReadEarlier): DroppedReader {
  let groups: ReturnType<ReadEarlier> | undefined
  let group: readonly BatchRecord<unknown>[] = []
  let at = 0
  let last = 0
  const close = (): void => {
    void groups?.return(undefined)
    groups = undefined
  }
  return {
    async read(sequence) {
      if (groups === undefined) {
        // Up to what is dropped now. What is dropped meanwhile is read afterwards.
        last = log.batches.dropped
        groups = read(sequence, { sequence: last, oid: oidAt(log, last) })
        group = []
        at = 0
      }
      while (at === group.length) {
        const { done, value } = await groups.next()
        if (done === true) throw new RangeError(`the recorder gave no batch ${sequence} of the run`)
        group = value
        at = 0
      }
      const record = group[at++] as BatchRecord<unknown>
      if (sequence === last) close()
      freezePlain(record, 'record')
      return record
    },
    close,
  }
}
