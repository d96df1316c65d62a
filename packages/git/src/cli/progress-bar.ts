// A progress bar on the terminal for long work. The work itself draws it, because replaying a history gives no timer a
// turn.

import type { OnProgress } from '../read/progress.ts'
import type { Output } from './output.ts'

/** In milliseconds: shorter work shows no bar, and the least time between two drawings. */
const PATIENCE = 300
const PAUSE = 100
const WIDTH = 30

/** Does work that reports its progress, and shows that on a terminal. */
export async function withProgress<Result>(
  output: Output,
  label: string,
  work: (onProgress: OnProgress) => Promise<Result>,
): Promise<Result> {
  let next = performance.now() + PATIENCE
  let drawn = false
  const draw: OnProgress = (done, total) => {
    const now = performance.now()
    if (!output.watched || now < next) return
    next = now + PAUSE
    drawn = true
    output.complain(`\r${bar(label, done, total)}`)
  }
  try {
    return await work(draw)
  } finally {
    // Back to the beginning of the line, and erase it.
    if (drawn) output.complain('\r\u001b[K')
  }
}

/** The bar, drawn. */
function bar(label: string, done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.floor(share * WIDTH)
  return `${label} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`
}
