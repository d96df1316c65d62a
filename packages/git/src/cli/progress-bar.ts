// A bar on the terminal for work that takes long. It is drawn from within the work itself, because replaying a history
// leaves no turn to a timer.

import type { OnProgress } from '../read/progress.ts'
import type { Output } from './output.ts'

/** Work that takes no longer, in milliseconds, shows no bar; and a bar is drawn no more often. */
const PATIENCE = 300
const PAUSE = 100
const WIDTH = 30

/** Does work that tells how far it is, and shows it where somebody looks. */
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
    // Back to the beginning of the line, and all of it is erased.
    if (drawn) output.complain('\r\u001b[K')
  }
}

/** The bar at some point. */
function bar(label: string, done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.floor(share * WIDTH)
  return `${label} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`
}
