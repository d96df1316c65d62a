// Verifies a history from outside without its machine: each record is checked and each oid computed. For stores that keep
// a history and do not replay it.

import { describeValue } from '../data/describe-value.ts'
import type { Batch } from '../engine/log.ts'
import { batchEncoder } from '../identity/batch-commit.ts'
import { genesisObjects } from '../identity/genesis-objects.ts'
import type { GitObject } from '../identity/git-object.ts'
import { fromHex, isHexOf, toHex } from '../identity/hex.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import { broken, checkEnd, emptyHistory, openHistory, readBatch, readGenesis } from './read-records.ts'
import type { GenesisRecord } from './records.ts'

/** A history from outside, of which nothing is verified yet. */
export interface OutsideHistory {
  /** Its first record. */
  readonly genesis: GenesisRecord
  /**
   * Verifies all of it.
   * @param format the object format of its oids
   * @param initial the state that it begins with; the records do not hold it
   * @throws {RunError} `INVALID_HISTORY` or `HISTORY_MISMATCH`, with the sequence at which it broke
   */
  commits(format: ObjectFormat, initial: unknown): HistoryCommits
}

/** The commits of a history, as a recorder gets them from a run. */
export interface HistoryCommits {
  /** How many batches there are. */
  readonly sequence: number
  /** The objects of the machine's commit and the genesis, each after those that it names. */
  genesis(): readonly GitObject[]
  /** The oid of the commit with this sequence, as bytes; 0 is the genesis. */
  digestAt(sequence: number): Uint8Array
  /** The bytes of the commit of this batch, with `commit LENGTH\0` before them; good until the next call. */
  commitAt(sequence: number): Uint8Array
}

/**
 * Opens a history from outside.
 * @param history what `run.toJSON()` gives, parsed if it was text, or any iterable of history records
 * @throws {TypeError} if it is neither
 * @throws {RunError} `INVALID_HISTORY` if its genesis record is malformed
 */
export function openOutsideHistory(history: unknown): OutsideHistory {
  const { records, document } = openHistory(history)
  const [first, ...others] = records
  if (first === undefined) throw emptyHistory()
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
          `the oids of the machine and the genesis are ${describeValue(genesis.machine.oid)} and ` +
            `${describeValue(genesis.oid)}, but their content gives ${made.machine} and ${made.oid}`,
        )
      }
      const width = made.oid.length / 2
      const encode = batchEncoder(made.tree, createdAt)
      const batches: Batch[] = []
      const digests = new Uint8Array((others.length + 1) * width)
      const digestAt = (sequence: number): Uint8Array => digests.subarray(sequence * width, (sequence + 1) * width)
      digests.set(fromHex(made.oid))
      let parent = made.oid
      for (const record of others) {
        const sequence = batches.length + 1
        const { oid, batch } = readBatch(record, sequence, parent)
        const digest = format.hash(encode(digests, (sequence - 1) * width, sequence, batch))
        if (!isHexOf(oid, digest)) {
          throw broken('HISTORY_MISMATCH', sequence, `the oid ${describeValue(oid)} is not the oid of its content`)
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
        commitAt: (sequence) => encode(digests, (sequence - 1) * width, sequence, batches[sequence - 1] as Batch),
      }
    },
  }
}
