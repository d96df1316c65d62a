// A clock with an adjustable speed. The flow receives it as a prop, so that a play function can ring one instead of
// waiting.

/** A clock that can wait. */
export interface Clock {
  /** Its speed; 1 is real time. */
  readonly speed: number
  /** Changes the speed, for current waits too. */
  setSpeed(speed: number): void
  /** Resolves after a time on this clock, or when the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** Makes a clock that follows the clock of the computer. */
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

/** Resolves after a time, or earlier if the speed changes or the signal aborts. It leaves no timer. */
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
