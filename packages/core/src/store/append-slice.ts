// Appends a slice once, whatever answers are lost on the way: its receipt says whether it was made.

import { newToken } from './new-token.ts'
import { backOff, pause } from './pause.ts'
import type { AppendOptions, RunStore, Slice } from './run-store.ts'
import { StoreError, storeErrorOf } from './store-error.ts'

/** How an append is made. */
export interface AppendPlan {
  readonly id: string
  /** Where the run ends before it; undefined for a new run. */
  readonly expected: string | undefined
  /** The sequence that the run has before it; −1 for a new run. */
  readonly after: number
  readonly slice: Slice
  readonly keys?: AppendOptions['keys']
  /** Holds the token of the append until its result is known. */
  readonly tokens?: Set<string>
  /** The token of the append: drawn unless given. */
  readonly writer?: string
  /**
   * Whether an earlier try got no answer, so that it may have been made. It is set when that happens: give the same plan again to
   * go on with the same append.
   */
  isLost?: boolean
}

/** How often a store is asked before the append is given up, and how many milliseconds lie between, at first. */
const MOST_TRIES = 5
const FIRST_PAUSE = 20

/**
 * Appends a slice. If the answer is lost, the receipt is asked for, and the slice is appended again if there is none.
 * @throws {StoreError} `MOVED` if another writer was first, `CORRUPT`, `UNKNOWN`, or `UNAVAILABLE` if the store does not answer
 */
export async function appendSlice(store: RunStore, plan: AppendPlan): Promise<void> {
  const { id, expected, after, slice, keys, tokens, writer = newToken() } = plan
  const options: AppendOptions = keys === undefined ? { writer } : { writer, keys }
  tokens?.add(writer)
  try {
    if (plan.isLost === true && (await wasMade(undefined, 1))) return
    for (let tries = 1; ; tries++) {
      try {
        return await store.append(id, expected, slice, options)
      } catch (thrown) {
        const refusal = storeErrorOf(thrown)
        const isFinal = refusal !== undefined && refusal.code !== 'UNAVAILABLE'
        // A definite answer is believed, unless an earlier one was lost: then that append may be what moved the head.
        if (isFinal && plan.isLost !== true) throw refusal
        plan.isLost = true
        if (await wasMade(thrown, tries)) return
        if (isFinal) throw refusal
        if (tries === MOST_TRIES) throw unavailable(id, thrown)
      }
    }
  } finally {
    tokens?.delete(writer)
  }

  async function wasMade(thrown: unknown, tries: number): Promise<boolean> {
    for (let asked = tries; ; asked++) {
      await pause(backOff(asked, FIRST_PAUSE))
      try {
        return (await store.receipt(id, writer, after)) !== undefined
      } catch (problem) {
        const refusal = storeErrorOf(problem)
        if (refusal?.code === 'UNKNOWN') throw refusal
        if (asked >= MOST_TRIES) throw unavailable(id, thrown ?? problem)
      }
    }
  }
}

/**
 * Asks a store again and again if it does not answer.
 * @throws {StoreError} `UNAVAILABLE` if it does not, or what it answers
 */
export async function askStore<Answer>(id: string, ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (thrown) {
      const refusal = storeErrorOf(thrown)
      if (refusal !== undefined && refusal.code !== 'UNAVAILABLE') throw refusal
      if (tries === MOST_TRIES) throw unavailable(id, thrown)
    }
    await pause(backOff(tries, FIRST_PAUSE))
  }
}

function unavailable(id: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StoreError(
    'UNAVAILABLE',
    `the store gave no answer about the run ${id}: ${why}; whether its latest batches are kept is not known: open it again`,
    { cause },
  )
}
