// A clock for plays: nothing it is asked to wait for is over until the play rings.

import type { Clock } from './clock.ts'

/** A clock that is rung. */
export interface BellClock extends Clock {
  /** What is waited for, in milliseconds, the oldest first. */
  readonly waiting: readonly number[]
  /** Ends the oldest wait of so many milliseconds. */
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
      if (wait === undefined) throw new Error(`Nobody waits for ${milliseconds} ms.`)
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
