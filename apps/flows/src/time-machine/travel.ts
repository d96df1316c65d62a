// The place in a history that the page shows: the present, which follows the run, or the past, where a replay moves
// towards the present.

import { useEffect, useState } from 'react'

import type { Ticker } from '../parts/ticker.ts'

type Place =
  | { readonly in: 'present' }
  | { readonly in: 'past'; readonly sequence: number; readonly replaying: boolean }

/** The place in a history, and functions that change it. */
export interface Travel {
  /** The sequence of the commit that is shown; undefined in the present. */
  readonly sequence: number | undefined
  readonly isReplaying: boolean
  go(sequence: number): void
  /** Starts a replay from here, or from the beginning if this is the present; or pauses it. */
  toggleReplay(): void
  returnToPresent(): void
}

/** The most steps of a replay. A step of a longer history covers several commits. */
const MOST_STEPS = 100

/**
 * Travels in a history.
 *
 * @param last the sequence of the latest commit
 * @param ticker its ticks advance a replay
 */
export function useTravel(last: number, ticker: Ticker): Travel {
  const [place, setPlace] = useState<Place>({ in: 'present' })
  const isReplaying = place.in === 'past' && place.replaying

  useEffect(() => {
    if (!isReplaying) return undefined
    const stride = Math.max(1, Math.round(last / MOST_STEPS))
    return ticker(() => setPlace((before) => (before.in === 'present' ? before : at(before.sequence + stride, true))))

    function at(sequence: number, replaying: boolean): Place {
      return sequence >= last ? { in: 'present' } : { in: 'past', sequence, replaying }
    }
  }, [isReplaying, last, ticker])

  return {
    sequence: place.in === 'past' ? place.sequence : undefined,
    isReplaying,
    go: (sequence) => setPlace(sequence >= last ? { in: 'present' } : { in: 'past', sequence, replaying: false }),
    toggleReplay: () =>
      setPlace({ in: 'past', sequence: place.in === 'past' ? place.sequence : 0, replaying: !isReplaying }),
    returnToPresent: () => setPlace({ in: 'present' }),
  }
}
