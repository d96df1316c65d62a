// The clock: the time that the thread itself ran, so that what else a machine does is not measured. Node tells it; of a
// page only its browser knows, and `browser.ts` hands it in.

declare global {
  /** Milliseconds that the page's thread has run. */
  var pageThreadTime: (() => Promise<number>) | undefined
}

/**
 * Reads the clock.
 * @returns milliseconds from some beginning
 */
export async function clock(): Promise<number> {
  const { pageThreadTime } = globalThis
  if (pageThreadTime !== undefined) return pageThreadTime()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
