// The place in a history that the page shows: the present, which follows the run, or the past, where a replay moves
// towards the present.

import { useEffect, useState } from 'react'

import type { Ticker } from './ticker.ts'

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

const present: Place = { in: 'present' }

/** The most steps of a replay. A step of a longer history covers several commits. */
const MOST_STEPS = 100

/**
 * Travels in the history of a run. Another run shows its present.
 *
 * @param run the run
 * @param last the sequence of the latest commit
 * @param ticker its ticks advance a replay
 */
export function useTravel(run: unknown, last: number, ticker: Ticker): Travel {
  const [kept, setKept] = useState<{ readonly run: unknown; readonly place: Place }>({ run, place: present })
  // React renders again with the new state at once, before it shows anything.
  if (kept.run !== run) setKept({ run, place: present })
  const place = kept.run === run ? kept.place : present
  const setPlace = (next: Place): void => setKept({ run, place: next })
  const isReplaying = place.in === 'past' && place.replaying

  useEffect(() => {
    if (!isReplaying) return undefined
    const stride = Math.max(1, Math.round(last / MOST_STEPS))
    return ticker(() =>
      setKept((before) =>
        before.run === run && before.place.in === 'past'
          ? { run, place: at(before.place.sequence + stride, true) }
          : before,
      ),
    )

    function at(sequence: number, replaying: boolean): Place {
      return sequence >= last ? present : { in: 'past', sequence, replaying }
    }
  }, [isReplaying, last, run, ticker])

  return {
    sequence: place.in === 'past' ? place.sequence : undefined,
    isReplaying,
    go: (sequence) => setPlace(sequence >= last ? present : { in: 'past', sequence, replaying: false }),
    toggleReplay: () =>
      setPlace({ in: 'past', sequence: place.in === 'past' ? place.sequence : 0, replaying: !isReplaying }),
    returnToPresent: () => setPlace(present),
  }
}
