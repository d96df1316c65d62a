// The clock: the time that the thread itself ran, so that other work of the computer is not measured. Node has it; a
// page does not, so `open-page.ts` passes it in from the browser.

declare global {
  /** Milliseconds that the page's thread has run. */
  var pageThreadTime: (() => Promise<number>) | undefined
}

/**
 * Reads the clock.
 * @returns milliseconds since an arbitrary start
 * @throws {Error} if this Node does not have such a clock
 */
export async function clock(): Promise<number> {
  const { pageThreadTime } = globalThis
  if (pageThreadTime !== undefined) return pageThreadTime()
  const { threadCpuUsage }: { threadCpuUsage?: typeof process.threadCpuUsage } = process
  if (threadCpuUsage === undefined)
    throw new Error(`Node ${process.versions.node} has no process.threadCpuUsage(): use Node 24.`)
  // Linux updates a running thread's time only every 4 ms, but exactly when the thread sleeps.
  await new Promise((resolve) => setTimeout(resolve, 2))
  const { user, system } = threadCpuUsage()
  return (user + system) / 1000
}
