// The oids of a log, computed when someone first asks and never while events are applied (RFC Run v1 §2.3).

import { batchWriter, genesisObjects } from './commit.ts'
import type { Log, Oids } from './log.ts'
import { fromHex, toHex } from './oid.ts'
import type { Batch } from './step.ts'

/** The run's id: the oid of its genesis commit. */
export function runId(log: Log): string {
  return oidsOf(log).genesis
}

/** The oid of the commit with this sequence, 0 being the genesis. */
export function oidAt(log: Log, sequence: number): string {
  return sequence === 0 ? runId(log) : toHex(digestAt(log, sequence))
}

/** The 32 hex digits that tell apart runs of one machine that began in the same second. */
export function nonceOf({ origin }: Log): string {
  return (origin.nonce ??= toHex(crypto.getRandomValues(new Uint8Array(16))))
}

/** The oids of a log, those of its genesis computed. */
export function oidsOf(log: Log): Oids {
  return (log.oids ??= startOids(log))
}

/** Computes the oid of the batch behind those that have theirs, and keeps it. */
export function appendDigest(log: Log, batch: Batch): Uint8Array {
  const oids = oidsOf(log)
  const { width, hashed } = oids
  const at = hashed - log.droppedBatches
  if ((at + 2) * width > oids.digests.length) {
    const larger = new Uint8Array(Math.max(2 * at + 16, log.batches.length + 1) * width)
    larger.set(oids.digests)
    oids.digests = larger
    oids.latest = larger.subarray(at * width, (at + 1) * width)
  }
  const digest = log.origin.format.hash(oids.write(oids.latest, hashed + 1, batch))
  oids.digests.set(digest, (at + 1) * width)
  oids.hashed++
  oids.latest = digest
  return digest
}

/** The oid of the commit with this sequence, as bytes: of a batch that is held, or the one before. */
export function digestAt(log: Log, sequence: number): Uint8Array {
  const oids = oidsOf(log)
  const { droppedBatches: dropped } = log
  while (oids.hashed < sequence) appendDigest(log, log.batches[oids.hashed - dropped] as Batch)
  const at = (sequence - dropped) * oids.width
  return oids.digests.subarray(at, at + oids.width)
}

function startOids(log: Log): Oids {
  const { machine, origin } = log
  const { format, createdAt, initial, input } = origin
  const made = genesisObjects(format, { machine, createdAt, nonce: nonceOf(log), initial, input })
  const digest = fromHex(made.oid)
  return {
    genesis: made.oid,
    machine: made.machine,
    tree: made.tree,
    width: digest.length,
    write: batchWriter(made.tree, createdAt),
    digests: digest,
    latest: digest,
    hashed: 0,
  }
}
