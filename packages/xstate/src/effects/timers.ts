// The timers of one run. The state says which are wanted; a timer that is not wanted any more is cleared.

import type { ChartState } from '../chart.ts'
import type { EffectPorts } from './children.ts'

/** The longest that a timer of the platform can wait. */
const MOST_MILLISECONDS = 2 ** 31 - 1

/** What keeps the timers of one run. */
export interface Timers {
  /**
   * Waits, unless another handling of the same run does.
   * @returns whether the time of the timer is over
   */
  wait(number: number, delay: number, signal: AbortSignal): Promise<boolean>
}

/** Keeps the timers of a run. */
export function keepTimers({ snapshot }: EffectPorts): Timers {
  const waiting = new Map<number, { readonly over: Promise<boolean>; stop(): void }>()
  let unsubscribe: (() => void) | undefined

  const isWanted = (number: number): boolean => (snapshot.current.state as ChartState).timers?.[number] !== undefined

  function review(): void {
    for (const [number, { stop }] of waiting) if (!isWanted(number)) stop()
  }

  return {
    async wait(number, delay, signal) {
      for (let other = waiting.get(number); other !== undefined; other = waiting.get(number)) await other.over
      if (signal.aborted || !isWanted(number)) return false
      let stop = (): void => undefined
      const over = new Promise<boolean>((resolve) => {
        let timer: ReturnType<typeof setTimeout>
        const waitOn = (left: number): void => {
          const part = Math.min(left, MOST_MILLISECONDS)
          timer = setTimeout(() => (left > part ? waitOn(left - part) : resolve(true)), part)
        }
        waitOn(delay)
        stop = () => {
          clearTimeout(timer)
          resolve(false)
        }
      })
      waiting.set(number, { over, stop })
      unsubscribe ??= snapshot.subscribe(review)
      signal.addEventListener('abort', stop)
      try {
        return await over
      } finally {
        signal.removeEventListener('abort', stop)
        waiting.delete(number)
        if (waiting.size === 0) {
          unsubscribe?.()
          unsubscribe = undefined
        }
      }
    },
  }
}
