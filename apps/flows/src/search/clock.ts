// A clock that can wait. The flow receives it as a prop, so that a play function can advance one instead of waiting.

/** Tells the time in milliseconds, and waits. */
export interface Clock {
  now(): number
  /** Resolves after a time, or when the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** The clock of the computer. */
export const wallClock: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(end, milliseconds)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()

      function end(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
    }),
}

/** A clock that stands still until a play function advances it. */
export interface ManualClock extends Clock {
  /** The remaining times of the current waits, shortest first. */
  readonly waits: readonly number[]
  /** Advances the clock, and ends the waits whose time is up, in the order of their times. */
  advance(milliseconds: number): void
}

/** Makes a clock that is advanced by hand. */
export function manualClock(): ManualClock {
  let now = 0
  const waiting = new Set<{ readonly until: number; readonly finish: () => void }>()
  return {
    now: () => now,
    wait: (milliseconds, signal) =>
      new Promise((resolve) => {
        const wait = { until: now + milliseconds, finish: end }
        waiting.add(wait)
        signal.addEventListener('abort', end)
        if (signal.aborted) end()

        function end(): void {
          waiting.delete(wait)
          signal.removeEventListener('abort', end)
          resolve()
        }
      }),
    get waits() {
      return [...waiting].map(({ until }) => until - now).toSorted((one, other) => one - other)
    },
    advance(milliseconds) {
      now += milliseconds
      const due = [...waiting].filter(({ until }) => until <= now).toSorted((one, other) => one.until - other.until)
      for (const { finish } of due) finish()
    },
  }
}
