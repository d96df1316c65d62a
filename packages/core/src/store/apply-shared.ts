// What becomes of one batch that is sent to a shared run.

import { admit } from '../engine/admit.ts'
import { enter } from '../engine/enter.ts'
import { countOf } from '../engine/kept.ts'
import { currentSnapshot, oidAt, sequenceOf } from '../engine/log.ts'
import { Refusal } from '../engine/refusal.ts'
import type { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import type { Receipt, RunStore } from './run-store.ts'
import type { SharedLog } from './shared-log.ts'
import { moved, StoreError } from './store-error.ts'
import type { BatchWatcher, Sending } from './two-logs.ts'

/** What a batch is applied with. */
export interface ApplyOptions {
  /** An idempotency key: a batch that the store has under it is not applied again. */
  readonly key?: string | undefined
  /** With a key: the sequence that the sender knew when it first sent the batch. The confirmed one unless given. */
  readonly since?: number | undefined
  /** The batch is applied only if the run ends here. */
  readonly expectedHead?: string | undefined
}

/** Where a batch was applied. */
export type Applied<State> = Receipt &
  (
    | {
        readonly isRepeated: false
        /** The snapshot behind it. */
        readonly snapshot: Snapshot<State>
        /** Outputs since the genesis, with its own. */
        readonly position: number
      }
    | {
        /** The store had it already, under the same key. Whether it has the same events is not known. */
        readonly isRepeated: true
        readonly snapshot?: undefined
        readonly position?: undefined
      }
  )

/** The calls under way that have a key: the last one of each key, settled or not. */
const calls = new WeakMap<SharedLog, Map<string, Promise<unknown>>>()

/** Enters a batch into a shared log, and waits for what becomes of it. */
export async function applyShared(
  store: RunStore,
  shared: SharedLog,
  batch: unknown,
  { key, since, expectedHead }: ApplyOptions,
): Promise<Applied<never>> {
  const { confirmed, tentative } = shared
  const id = oidAt(confirmed, 0)
  /** It is copied during the call, so that no sender can change it afterwards. */
  const admitted = admit(tentative.machine, batch)
  let known = since ?? sequenceOf(confirmed)
  return key === undefined ? await apply() : await afterOthers(shared, key, apply)

  async function apply(): Promise<Applied<never>> {
    for (;;) {
      if (mustWait()) {
        await shared.flush()
        continue
      }
      // What comes in while the receipt is read may be this batch.
      const { restepped } = shared
      if (key !== undefined) {
        const receipt = await receiptOf(key)
        if (receipt !== undefined) return repeated(receipt)
        if (mustWait()) continue
      }
      if (shared.isClosed && confirmed.status !== 'done') throw closed(id, shared.problem)
      const sequence = sequenceOf(confirmed)
      const head = oidAt(confirmed, sequence)
      if (expectedHead !== undefined && expectedHead !== head) {
        if (await isBehind(restepped)) continue
        return await orThrow(moved(id, expectedHead, { head, sequence }))
      }
      const before = shared.pending
      const { refusal, watched } = send({ key, since: known, isConditional: expectedHead !== undefined })
      if (refusal === undefined) {
        if (shared.pending > before) return await watched
        // It was empty.
        await shared.flush()
        return applied()
      }
      if (admitted instanceof Refusal) throw refusal
      if (await isBehind(restepped)) continue
      return await orThrow(refusal)
    }
  }

  /** Whether something comes first: what is pending under this key, and what a conditional batch cannot see. */
  function mustWait(): boolean {
    return (key !== undefined && shared.isPending(key)) || (expectedHead !== undefined && shared.pending > 0)
  }

  /**
   * Throws why the batch was not applied, unless another writer has applied it after the store was asked: then it was judged behind
   * itself.
   */
  async function orThrow(error: Error): Promise<Applied<never>> {
    const receipt = key === undefined ? undefined : await receiptOf(key)
    if (receipt === undefined) throw error
    return repeated(receipt)
  }

  /** Where the store has a batch under a key. */
  async function receiptOf(asked: string): Promise<Receipt | undefined> {
    const sequence = sequenceOf(confirmed)
    const receipt = await store.receipt(id, asked, known)
    if (receipt === undefined) known = Math.max(known, sequence)
    return receipt
  }

  /** Whether what something was judged on is not what the store has. */
  async function isBehind(restepped: number): Promise<boolean> {
    await shared.flush()
    if (!shared.isClosed) await shared.catchUp()
    return shared.restepped !== restepped
  }

  function send(details: Sending): {
    readonly refusal: RunError | undefined
    readonly watched: Promise<Applied<never>>
  } {
    let watcher: BatchWatcher | undefined
    const watched = new Promise<Applied<never>>((resolve, reject) => {
      watcher = {
        applied: () => resolve(applied()),
        repeated: (receipt) => (receipt === undefined ? reject(forgotten(id)) : resolve(repeated(receipt))),
        refused: reject,
        failed: reject,
      }
    })
    const refusal = shared.sending({ ...details, watcher }, () => enter(tentative, admitted, 'send'))
    return { refusal, watched }
  }

  function applied(): Applied<never> {
    const sequence = sequenceOf(confirmed)
    // Whoever has the run knows the type of its state.
    const snapshot = currentSnapshot(confirmed) as Snapshot<never>
    const position = countOf(confirmed.outputs)
    return { sequence, oid: oidAt(confirmed, sequence), isRepeated: false, snapshot, position }
  }
}

/**
 * Acts once all calls with the same key have settled. One that asks the store while the batch of another is on its way may get its
 * answer after that batch is no longer pending, and would apply it again.
 */
async function afterOthers<Result>(shared: SharedLog, key: string, act: () => Promise<Result>): Promise<Result> {
  let ofKeys = calls.get(shared)
  if (ofKeys === undefined) {
    ofKeys = new Map()
    calls.set(shared, ofKeys)
  }
  const before = ofKeys.get(key)
  const acting = before === undefined ? act() : before.then(act, act)
  ofKeys.set(key, acting)
  try {
    return await acting
  } finally {
    if (ofKeys.get(key) === acting) ofKeys.delete(key)
  }
}

function repeated({ sequence, oid }: Receipt): Applied<never> {
  return { sequence, oid, isRepeated: true }
}

function forgotten(id: string): Error {
  return new StoreError('UNKNOWN', `the run ${id} has a batch with this key at an unknown sequence`)
}

function closed(id: string, cause: Error | undefined): Error {
  return new StoreError('UNAVAILABLE', `the run ${id} was closed; open it again`, { cause })
}
