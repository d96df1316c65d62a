// Appends to several runs that are asked for in one moment go together: one statement, one round trip, one sync of the disk. Each
// is made or not by itself. What a group does not make, because its row is locked or its head has moved, is tried alone.

import type { StoreError } from '@xmachines/core/store'
import { codeOf } from './store-problem.ts'

/** An append of one record, as the values of its statement. */
export interface SingleAppend<Values> {
  readonly id: string
  readonly values: Values
}

/** How appends are made. */
export interface GroupedAppends<Values> {
  /** Makes one, as before. Answers where the run ends then; undefined if it did not end at the expected head. */
  alone(append: SingleAppend<Values>): Promise<number | undefined>
  /** Makes those of different runs that can be made at once. Answers where these runs end then. */
  together(appends: readonly SingleAppend<Values>[]): Promise<ReadonlyMap<string, number>>
}

interface Waiting<Values> extends SingleAppend<Values> {
  /** Settles once it is known whether it is made. */
  isMade(): Promise<number | undefined>
  resolve(sequence: number | undefined | Promise<number | undefined>): void
  reject(thrown: unknown): void
}

/** How many groups may be under way. What comes meanwhile makes the next one. */
const MOST_GROUPS = 2
/** How many appends a group has at most. */
const LARGEST_GROUP = 256

/** Returns a function that appends, with others if there are some. */
export function groupAppends<Values>({
  alone,
  together,
}: GroupedAppends<Values>): (append: SingleAppend<Values>) => Promise<number | undefined> {
  let waiting = new Map<string, Waiting<Values>>()
  let groups = 0

  function go(): void {
    if (waiting.size === 0 || groups >= MOST_GROUPS) return
    const group = Array.from(waiting.values())
    waiting = new Map(group.splice(LARGEST_GROUP).map((append) => [append.id, append]))
    const [first] = group as [Waiting<Values>]
    // Alone it waits for a locked row, and nobody waits for it.
    if (group.length === 1) first.resolve(alone(first))
    else void makeTogether(group)
    go()
  }

  async function makeTogether(group: readonly Waiting<Values>[]): Promise<void> {
    groups += 1
    try {
      const made = await together(group)
      for (const append of group) append.resolve(made.get(append.id) ?? alone(append))
    } catch (thrown) {
      // If one of them cannot be kept, none is. Otherwise nobody knows, and each asks for its receipt.
      const isUndone = /^(22|23|40)/.test(codeOf((thrown as StoreError).cause) ?? '')
      for (const append of group) {
        if (isUndone) append.resolve(alone(append))
        else append.reject(thrown)
      }
    }
    groups -= 1
    go()
  }

  return (append) => {
    const before = waiting.get(append.id)
    // Two appends to one run stay in order.
    if (before !== undefined)
      return before
        .isMade()
        .catch(() => undefined)
        .then(() => alone(append))
    const result = new Promise<number | undefined>((resolve, reject) => {
      waiting.set(append.id, { ...append, resolve, reject, isMade: () => result })
    })
    // Whatever else is appended in this turn joins.
    if (waiting.size === 1) queueMicrotask(go)
    return result
  }
}
