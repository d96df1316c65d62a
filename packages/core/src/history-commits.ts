// The commits of a history from outside, each record checked and each oid verified, without its machine: for what
// stores a history and does not replay it.

import { batchWriter, genesisObjects } from './commit.ts'
import type { GenesisRecord } from './history.ts'
import { fromHex, type GitObject, isHexOf, type ObjectFormat, toHex } from './oid.ts'
import { quote } from './quote.ts'
import { broken, checkEnd, openHistory, readBatch, readGenesis } from './read-history.ts'
import type { Batch } from './step.ts'

/** A history from outside, of which nothing is verified yet. */
export interface OutsideHistory {
  /** What its first record says. */
  readonly genesis: GenesisRecord
  /**
   * Verifies all of it.
   * @param format the object format of its oids
   * @param initial the state that it begins with, which its records do not hold
   * @throws {RunError} `INVALID_HISTORY` or `HISTORY_MISMATCH`, with the sequence at which it broke
   */
  commits(format: ObjectFormat, initial: unknown): HistoryCommits
}

/** The commits of a history, as a recorder has them of a run. */
export interface HistoryCommits {
  /** How many batches there are. */
  readonly sequence: number
  /** The objects of the machine's commit and the genesis, each behind those that it names. */
  genesis(): readonly GitObject[]
  /** The oid of the commit with this sequence, as bytes; 0 is the genesis. */
  digestAt(sequence: number): Uint8Array
  /** The bytes of the commit of this batch, `commit LENGTH\0` before them; good until the next call. */
  commitAt(sequence: number): Uint8Array
}

/**
 * Reads a history from outside.
 * @param history what `run.toJSON()` gives, parsed where it was text, or any iterable of history records
 * @throws {TypeError} where it is neither
 * @throws {RunError} `INVALID_HISTORY` where its genesis record is malformed
 */
export function readHistory(history: unknown): OutsideHistory {
  const { records, document } = openHistory(history)
  const [first, ...others] = records
  if (first === undefined) throw broken('INVALID_HISTORY', 0, 'it is empty; it begins with a genesis record')
  const genesis = readGenesis(first)
  return {
    genesis,
    commits(format, initial) {
      const { createdAt } = genesis
      const made = genesisObjects(format, { ...genesis, initial, input: genesis.input })
      if (made.machine !== genesis.machine.oid || made.oid !== genesis.oid) {
        throw broken(
          'HISTORY_MISMATCH',
          0,
          `the oids of the machine and the genesis are ${quote(genesis.machine.oid)} and ${quote(genesis.oid)}, and ` +
            `their content gives ${made.machine} and ${made.oid}`,
        )
      }
      const width = made.oid.length / 2
      const write = batchWriter(made.tree, createdAt)
      const batches: Batch[] = []
      const digests = new Uint8Array((others.length + 1) * width)
      const digestAt = (sequence: number): Uint8Array => digests.subarray(sequence * width, (sequence + 1) * width)
      digests.set(fromHex(made.oid))
      let parent = made.oid
      for (const record of others) {
        const sequence = batches.length + 1
        const { oid, batch } = readBatch(record, sequence, parent, true)
        const digest = format.hash(write(digestAt(sequence - 1), sequence, batch))
        if (!isHexOf(oid, digest)) {
          throw broken('HISTORY_MISMATCH', sequence, `the oid ${quote(oid)} is not that of its content`)
        }
        digests.set(digest, sequence * width)
        batches.push(batch)
        parent = oid
      }
      checkEnd(document, batches.length, toHex(digestAt(batches.length)))
      return {
        sequence: batches.length,
        genesis: () => made.objects,
        digestAt,
        commitAt: (sequence) => write(digestAt(sequence - 1), sequence, batches[sequence - 1] as Batch),
      }
    },
  }
}
