// A clock for play functions: a wait ends only when the play rings.

import type { Clock } from './clock.ts'

/** A clock that a play function rings. */
export interface BellClock extends Clock {
  /** The lengths of the current waits in milliseconds, oldest first. */
  readonly waiting: readonly number[]
  /** Ends the oldest wait of this length. */
  ring(milliseconds: number): void
}

interface Wait {
  readonly milliseconds: number
  readonly end: () => void
}

/** Makes a clock that stands still. */
export function createBellClock(): BellClock {
  const waits = new Set<Wait>()
  let speed = 1
  return {
    get speed() {
      return speed
    },
    setSpeed(next) {
      speed = next
    },
    get waiting() {
      return [...waits].map(({ milliseconds }) => milliseconds)
    },
    ring(milliseconds) {
      const wait = [...waits].find((one) => one.milliseconds === milliseconds)
      if (wait === undefined) throw new Error(`No wait of ${milliseconds} ms is under way.`)
      wait.end()
    },
    wait(milliseconds, signal) {
      return new Promise((resolve) => {
        const wait = { milliseconds, end }
        waits.add(wait)
        signal.addEventListener('abort', end)

        function end(): void {
          waits.delete(wait)
          signal.removeEventListener('abort', end)
          resolve()
        }
      })
    },
  }
}
