// A clock that can wait. The flow gets one from outside, so that a play can move it on instead of waiting.

/** What tells the time, in milliseconds, and waits. */
export interface Clock {
  now(): number
  /** Resolves after a time, or as soon as the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** The computer's own clock. */
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

/** A clock that stands still until it is moved on. */
export interface HandClock extends Clock {
  /** How long those still have to wait who wait, the shortest first. */
  readonly waits: readonly number[]
  /** Moves it on; whoever waited for long enough goes on, in the order of their times. */
  pass(milliseconds: number): void
}

/** Makes a clock that is moved by hand. */
export function handClock(): HandClock {
  let now = 0
  const waiting = new Set<{ readonly until: number; readonly goOn: () => void }>()
  return {
    now: () => now,
    wait: (milliseconds, signal) =>
      new Promise((resolve) => {
        const wait = { until: now + milliseconds, goOn: end }
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
    pass(milliseconds) {
      now += milliseconds
      const due = [...waiting].filter(({ until }) => until <= now).toSorted((one, other) => one.until - other.until)
      for (const { goOn } of due) goOn()
    },
  }
}
