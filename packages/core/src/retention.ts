// What a run lets go of, and how it is read again: batches with their oids, and outputs, once every recorder has
// recorded them and no open `out` still has to deliver them.

import type { BatchRecord } from './history.ts'
import { digestAt, oidAt, oidsOf } from './identity.ts'
import type { EarlierReader, Log } from './log.ts'
import type { Mark } from './mark.ts'
import { freezePlain } from './plain-data.ts'

/** The records of the batches from a sequence to the one with an oid, in groups as they come. */
export type ReadEarlier = (
  from: number,
  to: { readonly sequence: number; readonly oid: string },
) => AsyncGenerator<readonly BatchRecord<unknown>[], void, undefined>

/** A recorder's say in what a run lets go of. */
export interface Retention {
  /** All that a mark says is recorded: what the recorder needs no more may go. */
  recorded(mark: Mark): void
  /** The recorder records nothing further, and holds nothing back. */
  end(): void
}

/** How much there was: batches, and outputs. */
type Extent = Pick<Mark, 'sequence' | 'position'>

/** A recorder, as the retention of its run knows it. */
interface Keeper {
  /** How many batches it wants held at least; undefined where it lets nothing go. */
  readonly least: number | undefined
  readonly read: ReadEarlier
  /** What may go as far as it is concerned. */
  free: Extent
}

/** Who records the run of a log, and who of them can read what it let go. */
interface Recorders {
  readonly keepers: Set<Keeper>
  source: Keeper | undefined
}

const recorders = new WeakMap<Log, Recorders>()

/**
 * Gives a recorder its say.
 * @param least how many batches are held at least; undefined has this recorder let nothing go, and only hold back what
 *   it has not recorded
 * @param read reads what is recorded
 */
export function retain(log: Log, least: number | undefined, read: ReadEarlier): Retention {
  const known: Recorders = recorders.get(log) ?? { keepers: new Set(), source: undefined }
  recorders.set(log, known)
  const mine: Keeper = { least, read, free: { sequence: 0, position: 0 } }
  const behind = least ?? 0
  /** A mark whose outputs are free once so many batches are recorded behind it: no log knows which batch made which. */
  let next = mine.free
  known.keepers.add(mine)
  return {
    recorded({ sequence, position }) {
      let { position: free } = mine.free
      if (sequence - next.sequence >= behind) {
        free = behind === 0 ? position : next.position
        next = { sequence, position }
      }
      mine.free = { sequence: Math.max(0, sequence - behind), position: free }
      // What was let go is recorded by all, so whoever is heard of last can read it.
      known.source = mine
      log.earlier ??= () => readEarlier(log, known)
      letGo(log, [...known.keepers])
    },
    end() {
      known.keepers.delete(mine)
      // Another that has recorded as much reads it from now on; where there is none, this one's repository still may.
      const able = [...known.keepers].find(({ free }) => free.sequence >= log.droppedBatches)
      if (known.source === mine && able !== undefined) known.source = able
    },
  }
}

function letGo(log: Log, keepers: readonly Keeper[]): void {
  if (keepers.every(({ least }) => least === undefined)) return
  letGoBatches(log, Math.min(...keepers.map(({ free }) => free.sequence)))
  let position = Math.min(...keepers.map(({ free }) => free.position))
  for (const set of log.sets) position = Math.min(position, set.deref()?.unread() ?? position)
  letGoOutputs(log, position)
}

function letGoBatches(log: Log, sequence: number): void {
  const count = sequence - log.droppedBatches
  if (!isWorthwhile(count, log.batches.length)) return
  const oids = oidsOf(log)
  // What goes must have its oid: that of the last is the parent of the first that stays.
  digestAt(log, sequence)
  const end = (oids.hashed - log.droppedBatches + 1) * oids.width
  oids.digests = oids.digests.slice(count * oids.width, end)
  log.batches = log.batches.slice(count)
  log.droppedBatches = sequence
}

/** Lets go of outputs up to a position. */
export function letGoOutputs(log: Log, position: number): void {
  const count = position - log.droppedOutputs
  if (!isWorthwhile(count, log.outputs.length)) return
  log.outputs = log.outputs.slice(count)
  log.droppedOutputs = position
}

/** What stays is copied, so only a good part of all goes at once: each item is copied but a few times. */
function isWorthwhile(count: number, held: number): boolean {
  return count > 0 && count >= held / 4
}

function readEarlier(log: Log, known: Recorders): EarlierReader {
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
        // Up to what the run holds now; what is let go meanwhile is read behind it.
        last = log.droppedBatches
        groups = (known.source as Keeper).read(sequence, { sequence: last, oid: oidAt(log, last) })
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
