// Waits for a while: as long as is said, or longer the more often something failed.

/** Resolves after so many milliseconds, or once a signal aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const timer = setTimeout(go, milliseconds)
    signal?.addEventListener('abort', go)
    function go(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', go)
      resolve()
    }
  })
}

/**
 * Milliseconds to wait after something failed: twice as many after each failure, and at random, so that many who failed at once do
 * not come back at once.
 * @param failures how often it failed in a row, 1 or more
 * @param first the longest wait after the first failure
 * @param most the longest wait after any
 */
export function backOff(failures: number, first: number, most: number = Number.POSITIVE_INFINITY): number {
  return Math.min(most, first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
}
