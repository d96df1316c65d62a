// The clock: the time that the thread itself ran, so that what else a machine does is not measured. Node tells it; of a
// page only its browser knows, and `browser.ts` hands it in.

declare global {
  /** Milliseconds that the page's thread has run. */
  var pageThreadTime: (() => Promise<number>) | undefined
}

/**
 * Reads the clock.
 * @returns milliseconds from some beginning
 * @throws {Error} where this Node cannot tell
 */
export async function clock(): Promise<number> {
  const { pageThreadTime } = globalThis
  if (pageThreadTime !== undefined) return pageThreadTime()
  const { threadCpuUsage }: { threadCpuUsage?: typeof process.threadCpuUsage } = process
  if (threadCpuUsage === undefined) throw new Error(`Node ${process.versions.node} has no threadCpuUsage: use Node 24`)
  // Linux brings a running thread's time up to date at every tick, 4 ms apart, and exactly where the thread sleeps.
  await new Promise((resolve) => setTimeout(resolve, 2))
  const { user, system } = threadCpuUsage()
  return (user + system) / 1000
}
