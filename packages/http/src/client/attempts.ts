// Requests that are made again: the pauses between them, and how long the server may be silent.

import { onWake } from './wake.ts'

/** Milliseconds before a request is made again: at first, and at most. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 10_000
/** Milliseconds without an answer, or a sign of life, after which a request is given up. A server gives one every 15 s. */
const SILENCE = 45_000

/**
 * Waits, the longer the more often it failed, and at random so that many clients do not come back at once. A moment at which the
 * server may be there again ends it, and so does the signal.
 */
export function pause(signal: AbortSignal, failures: number, least = 0): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1))
  return new Promise((resolve) => {
    const timer = setTimeout(go, Math.max(least, longest * (0.5 + Math.random() / 2)))
    const forget = onWake(go)
    signal.addEventListener('abort', go)
    function go(): void {
      clearTimeout(timer)
      forget()
      signal.removeEventListener('abort', go)
      resolve()
    }
  })
}

/** Acts until it is done, the signal aborts, the network goes, or there is silence for too long. */
export async function within<Result>(
  signal: AbortSignal,
  act: (stop: AbortController, onBytes: () => void) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController()
  const abort = (): void => stop.abort()
  let timer = setTimeout(abort, SILENCE)
  // The listeners end with `stop.signal`.
  signal.addEventListener('abort', abort, stop)
  // What is under way in a network that is gone gets no answer and no error. Node has no such function.
  globalThis.addEventListener?.('offline', abort, stop)
  try {
    return await act(stop, () => {
      clearTimeout(timer)
      timer = setTimeout(abort, SILENCE)
    })
  } finally {
    clearTimeout(timer)
    abort()
  }
}
