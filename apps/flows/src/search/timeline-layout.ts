// Where requests lie on a common line of time. Times in which nothing happened are shortened, or what happens would be
// too small to see.

import type { Request } from './server.ts'

/** Where a request begins and ends, in milliseconds from the beginning of the line. */
export interface Bar {
  readonly request: Request
  readonly from: number
  readonly to: number
}

/** The longest time that is shown in which nothing was under way, and the shortest line, in milliseconds. */
const MOST_QUIET = 2500
const LEAST_LENGTH = 3000

/**
 * Lays requests out.
 *
 * @param requests the oldest first
 * @param now where those end for now that are under way
 */
export function layOut(
  requests: readonly Request[],
  now: number,
): { readonly bars: readonly Bar[]; readonly length: number } {
  /** What was left out of the line so far, and the time up to which something was under way. */
  let left = requests[0]?.askedAt ?? 0
  let busyUntil = left
  const bars = requests.map((request): Bar => {
    const { askedAt, endedAt = Math.max(now, askedAt) } = request
    left += Math.max(0, askedAt - busyUntil - MOST_QUIET)
    busyUntil = Math.max(busyUntil, endedAt)
    return { request, from: askedAt - left, to: endedAt - left }
  })
  return { bars, length: Math.max(LEAST_LENGTH, busyUntil - left) }
}
