// The rows of the history: batches, and between them the refusals, where they happened. With a filter only those that match.
// Nothing is made for a row until it is shown, so a million batches cost what a hundred cost. A filter looks through a long
// history in slices.

import type { RunError, RunEvent } from '@xmachines/core'
import type { ObservedRun } from '../observe/observed-run.ts'

/** A row of the history. Row 0 is the genesis, if the run still has it. */
export interface HistoryRow {
  /** The batch, or the one that the refusal came behind. */
  readonly sequence: number
  readonly refusal?: RunError
}

/** What is looked for. */
export interface HistoryFilter {
  /** A type of event, or nothing. */
  readonly type: string
  /** Text in the events, or nothing. */
  readonly text: string
}

/** The rows of a run. */
export interface HistoryRows {
  readonly count: number
  row(index: number): HistoryRow
  /** The row of a batch, or of a refusal; without it, the first one behind. */
  indexOf(row: HistoryRow): number
  /** Takes in what is new. Answers whether all was looked through. */
  look(): boolean
  /** How many batches were looked through; undefined without a filter. */
  readonly found: { readonly looked: number; readonly of: number } | undefined
}

/** How long one look takes at most, in milliseconds. */
const SLICE = 6

/** The rows of a run that match a filter. */
export function historyRows(observed: ObservedRun, { type, text }: HistoryFilter): HistoryRows {
  const query = text.trim().toLowerCase()
  const isFiltered = type !== '' || query !== ''
  const matches: number[] = []
  let looked = -1
  let refusals: readonly RunError[] = []
  const first = (): number => (observed.dropped > 0 ? observed.dropped + 1 : 0)
  const batches = (): number => (isFiltered ? matches.length : observed.sequence + 1 - first())
  const batchAt = (index: number): number => (isFiltered ? (matches[index] as number) : first() + index)
  /** How many of the batches come before a sequence. */
  const rank = (sequence: number): number =>
    isFiltered ? count(matches.length, (at) => (matches[at] as number) < sequence) : Math.max(0, sequence - first())
  /** The row of a refusal: behind all batches up to its sequence, and behind the refusals before it. */
  const rowOfRefusal = (at: number): number => rank((refusals[at]?.sequence ?? 0) + 1) + at

  function isMatch(events: readonly unknown[] | undefined): boolean {
    if (events === undefined) return false
    if (type !== '' && !events.some((event) => (event as Partial<RunEvent> | null)?.type === type)) return false
    return query === '' || JSON.stringify(events).toLowerCase().includes(query)
  }

  return {
    get count() {
      return batches() + refusals.length
    },
    row(index) {
      const before = count(refusals.length, (at) => rowOfRefusal(at) < index)
      const refusal = refusals[before]
      if (refusal !== undefined && rowOfRefusal(before) === index) return { sequence: refusal.sequence ?? 0, refusal }
      return { sequence: batchAt(index - before) }
    },
    indexOf({ sequence, refusal }) {
      const known = refusals.indexOf(refusal as RunError)
      if (known >= 0) return rowOfRefusal(known)
      return rank(sequence) + count(refusals.length, (at) => (refusals[at]?.sequence ?? 0) < sequence)
    },
    look() {
      const { sequence, confirmed } = observed
      refusals = observed.refusals.filter((refusal) => !isFiltered || isMatch(refusal.batch))
      if (!isFiltered) return true
      // What was pending may have been stepped again.
      while ((matches.at(-1) ?? -1) > confirmed) matches.pop()
      looked = Math.max(Math.min(looked, confirmed), first() - 1)
      const deadline = performance.now() + SLICE
      while (looked < sequence) {
        looked++
        if (isMatch(observed.batch(looked))) matches.push(looked)
        if (looked % 128 === 0 && performance.now() > deadline) return false
      }
      return true
    },
    get found() {
      return isFiltered ? { looked, of: observed.sequence } : undefined
    },
  }
}

/** How many of the first so many indexes hold, if those that hold come first. */
function count(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low
}
