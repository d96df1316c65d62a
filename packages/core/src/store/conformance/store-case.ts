// What the suite is made of.

import type { RunStore } from '../run-store.ts'

/** What the suite needs of a store. */
export interface StoreUnderTest {
  /** Opens a handle on the same storage, as another process would. */
  open(): Promise<RunStore>
  /**
   * Damages a stored record: changes it, removes it, or swaps it with the next. Without it the cases about damage fail, so leave
   * them out.
   */
  damage?(id: string, sequence: number, how: 'change' | 'remove' | 'swap'): Promise<void>
  /**
   * Ends a handle as a crash of its process would: it renews no lease, and gives none back. Without it the case about a lease
   * that runs out fails, so leave it out.
   */
  crash?(store: RunStore): Promise<void>
}

/** A case of the suite. */
export interface StoreCase {
  /** A sentence about behaviour. */
  readonly title: string
  /** Whether the case needs `damage`. */
  readonly needsDamage?: true
  /** Whether the case needs `crash`. */
  readonly needsCrash?: true
  /** Whether the case needs the member `seal` of the store. */
  readonly needsSeal?: true
  /** Resolves if the store behaves so; rejects with what was wrong. */
  check(store: StoreUnderTest): Promise<void>
}
