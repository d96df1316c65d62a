// Waits for a while.

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
