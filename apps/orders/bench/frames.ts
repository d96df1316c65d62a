// The frames of the board while its orders move.

import type { Browser } from 'playwright'
import { moveAll } from '../test/many-orders.ts'

/** Milliseconds from one frame of the page to the next. */
export interface Gaps {
  readonly longest: number
  readonly p99: number
  readonly frames: number
}

/** Opens the board and moves all orders twice, then leaves it alone as long: what the machine itself does to frames. */
export async function measureFrames(
  browser: Browser,
  url: string,
  ids: readonly string[],
): Promise<{ moving: Gaps; still: Gaps }> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 } })
  await context.addCookies([{ name: 'staff', value: 'Ines', url }])
  const page = await context.newPage()
  await page.goto('/staff')
  await page.getByText('Live', { exact: true }).waitFor()

  async function during(act: () => Promise<unknown>): Promise<Gaps> {
    await page.evaluate(watchFrames)
    await act()
    const gaps = (await page.evaluate(() => window.frameGaps())).toSorted((one, other) => one - other)
    const at = (share: number): number => gaps[Math.ceil(gaps.length * share) - 1] ?? 0
    return { longest: at(1), p99: at(0.99), frames: gaps.length }
  }

  try {
    const begin = performance.now()
    const moving = await during(async () => {
      for (const type of ['PACK', 'SHIP'] as const) {
        const statuses = await moveAll(url, ids, type)
        const other = statuses.find((status) => status !== 200)
        if (other !== undefined) throw new Error(`The server answered ${other} to ${type}`)
      }
      await page.getByRole('link', { name: `Shipped ${ids.length}` }).waitFor()
    })
    const time = performance.now() - begin
    return { moving, still: await during(() => page.waitForTimeout(time)) }
  } finally {
    await context.close()
  }
}

/** Runs in the page. */
function watchFrames(): void {
  const gaps: number[] = []
  let last: number | undefined
  let isWanted = true
  function onFrame(now: number): void {
    if (last !== undefined) gaps.push(now - last)
    last = now
    if (isWanted) requestAnimationFrame(onFrame)
  }
  requestAnimationFrame(onFrame)
  window.frameGaps = () => {
    isWanted = false
    return gaps
  }
}

declare global {
  interface Window {
    frameGaps: () => number[]
  }
}
