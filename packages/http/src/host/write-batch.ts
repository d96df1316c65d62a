// Writes a batch into a run of a host, and returns the result. If a key was used before, the first answer is returned.

import type { RunEvent } from '@xmachines/core'
import { restoreRun } from '@xmachines/core'
import { type Receipt, StoreError, storeErrorOf } from '@xmachines/core/store'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { HostError, succeeded } from './host-error.ts'
import type { AnySharedRun, LiveRun } from './live-run.ts'
import { wireSnapshot } from './recorded.ts'
import { isSameBatch } from './same-events.ts'

/** What a batch is written with. */
export interface WriteOptions {
  /** An idempotency key of the sender. */
  readonly key?: string | undefined
  /** With a key: the sequence that the sender knew when it first sent the batch: 0 unless given. */
  readonly known?: number | undefined
  /** The batch is applied only if the run ends here. */
  readonly expectedHead?: string | undefined
}

/** The result of a batch. */
export interface Written {
  /** The snapshot after the batch. */
  readonly snapshot: WireSnapshot
  /** Whether it had been applied before, under the same key. */
  readonly isRepeated: boolean
}

/** Keys of requests are apart from those of answers, `RUN-ID/POSITION`. */
const PREFIX = 'request:'
/** How many first answers are remembered of a run. */
const MOST_ANSWERS = 1000

/** Writes batches. */
export type WriteBatch = (live: LiveRun, events: readonly unknown[], options: WriteOptions) => Promise<Written>

/**
 * Writes batches into runs.
 * @param maxUnrecorded how many batches of a run may be on their way to the store
 */
export function batchWriter(maxUnrecorded: number): WriteBatch {
  /** The first answers to keys. */
  const answers = new WeakMap<LiveRun, Map<number, WireSnapshot>>()

  function remember(live: LiveRun, snapshot: WireSnapshot): void {
    let known = answers.get(live)
    if (known === undefined) {
      known = new Map()
      answers.set(live, known)
    }
    known.set(snapshot.sequence, snapshot)
    if (known.size > MOST_ANSWERS) known.delete(known.keys().next().value as number)
  }

  return async (live, events, { key, known = 0, expectedHead }) => {
    const run = await live.open()
    if (run.pending >= maxUnrecorded) {
      const waiting = `${run.pending} batches of the run ${live.id} wait for the store`
      throw new HostError('BUSY', `${waiting}, and nothing was applied; try again later`, { retryAfter: 1 })
    }
    // An array of one is as good as the event. What is no event is refused by the machine.
    const batch = events as readonly RunEvent[]
    const options = { key: key === undefined ? undefined : PREFIX + key, since: known, expectedHead }
    const applied = await run.apply(batch, options).catch((thrown: unknown) => {
      throw asHostError(thrown, live.id)
    })
    if (applied.isRepeated) return { snapshot: await firstAnswer(live, events, applied), isRepeated: true }
    const { snapshot, oid, position } = applied
    const written = wireSnapshot(snapshot, { run: live.id, head: oid, position })
    if (key !== undefined) remember(live, written)
    return { snapshot: written, isRepeated: false }
  }

  /** The snapshot after a batch that was applied before. */
  async function firstAnswer(live: LiveRun, events: readonly unknown[], receipt: Receipt): Promise<WireSnapshot> {
    const { sequence } = receipt
    const run = await live.open()
    if (sequence > run.confirmed.current.sequence) await run.catchUp()
    const [record] = await live.records(sequence, 1)
    if (record === undefined || record.oid !== receipt.oid) {
      throw new HostError('INTERNAL', `the receipt of a batch of the run ${live.id} names another history`)
    }
    if (!isSameBatch(run.machine, events, record)) {
      throw new HostError(
        'KEY_REUSED',
        `the idempotency key was used for the batch ${sequence}, which has other events; use a new key for each batch`,
        { sequence },
      )
    }
    const found = answers.get(live)?.get(sequence)
    if (found !== undefined) return found
    const snapshot = await snapshotAt(live, run, sequence)
    remember(live, snapshot)
    return snapshot
  }
}

/** The snapshot after a batch. Only the latest is kept, so an older one is computed from the history. */
async function snapshotAt(live: LiveRun, run: AnySharedRun, sequence: number): Promise<WireSnapshot> {
  if (live.latest.sequence === sequence) return live.latest
  const records = await live.records(0, sequence + 1)
  const then = restoreRun(run.machine, records)
  const { head, position } = then
  return wireSnapshot(then.snapshot.current, { run: live.id, head, position })
}

function asHostError(thrown: unknown, id: string): unknown {
  const refusal = storeErrorOf(thrown)
  if (refusal?.code === 'MOVED') {
    const { head, sequence } = refusal.head ?? {}
    const where = head === undefined ? '' : `: it ends at ${head}`
    return new HostError(
      'HEAD_MOVED',
      `the run ${id} does not end at the head of If-Match${where}; nothing was applied`,
      {
        head,
        sequence,
      },
    )
  }
  if (refusal?.code === 'SEALED' && refusal.successor !== undefined) return succeeded(id, refusal.successor)
  if (refusal?.code !== 'UNKNOWN') return thrown
  return new HostError(
    'KEY_EXPIRED',
    `the idempotency keys of the run ${id} do not reach back far enough to say whether this batch was applied, and nothing was ` +
      'applied now; read the run, decide, and send it with a new key and with Known-Sequence',
    { cause: thrown instanceof StoreError ? thrown : undefined },
  )
}
