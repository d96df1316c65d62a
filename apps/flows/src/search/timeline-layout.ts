// Places requests on a common timeline. Quiet times are shortened, so that the requests stay large enough to see.

import type { Request } from './server.ts'

/** The start and end of a request, in milliseconds from the start of the timeline. */
export interface Bar {
  readonly request: Request
  readonly start: number
  readonly end: number
}

/** The longest quiet time that is shown, and the shortest timeline, in milliseconds. */
const MOST_QUIET = 2500
const LEAST_LENGTH = 3000

/**
 * Places requests.
 *
 * @param requests oldest first
 * @param now the current end of requests that have not ended
 */
export function layOut(
  requests: readonly Request[],
  now: number,
): { readonly bars: readonly Bar[]; readonly length: number } {
  /** The time that was cut from the timeline so far, and the end of the latest request. */
  let cut = requests[0]?.askedAt ?? 0
  let busyUntil = cut
  const bars = requests.map((request): Bar => {
    const { askedAt, endedAt = Math.max(now, askedAt) } = request
    cut += Math.max(0, askedAt - busyUntil - MOST_QUIET)
    busyUntil = Math.max(busyUntil, endedAt)
    return { request, start: askedAt - cut, end: endedAt - cut }
  })
  return { bars, length: Math.max(LEAST_LENGTH, busyUntil - cut) }
}
