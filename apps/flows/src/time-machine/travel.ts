// Where somebody is in a history: in the present, which moves on with the run, or in its past, which a replay leaves by
// itself.

import { useEffect, useState } from 'react'

import type { Ticker } from '../parts/ticker.ts'

type Place =
  | { readonly in: 'present' }
  | { readonly in: 'past'; readonly sequence: number; readonly replaying: boolean }

/** Somebody who travels in a history. */
export interface Travel {
  /** The commit that is looked at; undefined in the present. */
  readonly sequence: number | undefined
  readonly isReplaying: boolean
  go(sequence: number): void
  /** From here, or from the beginning where this is the present; pauses while it is replaying. */
  toggleReplay(): void
  returnToPresent(): void
}

/** A replay is as many steps at most; a longer history is replayed several commits a step. */
const MOST_STEPS = 100

/**
 * Travels in a history.
 *
 * @param last the sequence of the latest commit
 * @param ticker moves a replay on
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
