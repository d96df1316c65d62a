// A clock whose speed can be set. The flow gets one from outside, so that a play can ring it instead of waiting.

/** Something that can wait. */
export interface Clock {
  /** How much faster than a wall clock it runs. */
  readonly speed: number
  /** Changes its speed, also for what is waiting. */
  setSpeed(speed: number): void
  /** Resolves after a time by this clock, or as soon as the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** Makes a clock that runs by the computer's own. */
export function createClock(): Clock {
  let speed = 1
  const changes = new EventTarget()
  return {
    get speed() {
      return speed
    },
    setSpeed(next) {
      speed = next
      changes.dispatchEvent(new Event('change'))
    },
    async wait(milliseconds, signal) {
      let left = milliseconds
      while (left > 0 && !signal.aborted) {
        const [began, pace] = [performance.now(), speed]
        await timeOrChange(left / pace, changes, signal)
        left -= (performance.now() - began) * pace
      }
    },
  }
}

/** Resolves after a time, or before where the speed changes or the signal aborts; leaves no timer behind. */
function timeOrChange(milliseconds: number, changes: EventTarget, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, milliseconds)
    changes.addEventListener('change', end)
    signal.addEventListener('abort', end)

    function end(): void {
      clearTimeout(timer)
      changes.removeEventListener('change', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
  })
}
