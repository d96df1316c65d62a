// A list that only grows, and whose oldest items may be dropped. Positions count all items there ever were, so they
// mean the same whatever was dropped.

/** What is kept of such a list. */
export interface Kept<Item> {
  /** The items that are kept, in order. */
  items: Item[]
  /** How many older ones were dropped. */
  dropped: number
}

/** An empty list. */
export function keep<Item>(): Kept<Item> {
  return { items: [], dropped: 0 }
}

/** How many items there ever were. */
export function countOf({ items, dropped }: Kept<unknown>): number {
  return dropped + items.length
}

/** The item at a position, or undefined if it was dropped or there is none. */
export function itemAt<Item>({ items, dropped }: Kept<Item>, position: number): Item | undefined {
  return items[position - dropped]
}

/**
 * Drops the items before a position. What stays is copied, so nothing happens until a good part of all can be dropped:
 * each item is copied but a few times.
 * @returns whether it dropped them
 */
export function dropBefore(kept: Kept<unknown>, position: number): boolean {
  const count = position - kept.dropped
  if (count <= 0 || count < kept.items.length / 4) return false
  kept.items = kept.items.slice(count)
  kept.dropped = position
  return true
}
