// Those who follow runs: how many there are, and one clock for all of them. The clock stands still while nobody follows.

import { HostError } from '../../host/host-error.ts'

/** Somebody who follows a run. */
interface Subscriber {
  /** The clock has ticked. */
  tick(now: number): void
}

/** Those who follow. */
export interface Subscribers {
  /** How many there are. */
  readonly count: number
  /**
   * Adds one.
   * @returns a function that removes it
   * @throws {HostError} `BUSY` if there are too many
   */
  add(subscriber: Subscriber): () => void
}

/**
 * Nobody yet.
 * @param most how many there may be
 * @param tickMs milliseconds between two ticks
 */
export function subscribers(most: number, tickMs: number): Subscribers {
  const all = new Set<Subscriber>()
  let timer: ReturnType<typeof setInterval> | undefined

  function tick(): void {
    const now = performance.now()
    for (const one of Array.from(all)) one.tick(now)
  }

  return {
    get count() {
      return all.size
    },
    add(subscriber) {
      if (all.size >= most) {
        throw new HostError('BUSY', `${most} streams are open here, and no more are opened; try again later`, {
          retryAfter: 5,
        })
      }
      all.add(subscriber)
      if (timer === undefined) {
        timer = setInterval(tick, tickMs)
        // A stream keeps a process running by its connection, and not by this clock.
        ;(timer as { unref?: () => void }).unref?.()
      }
      return () => {
        all.delete(subscriber)
        if (all.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
