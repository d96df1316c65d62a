// Limits how often something is shown: at once after a pause, otherwise at most once a frame. A single action is shown
// at once, and thousands of batches a second cause no more updates than a page can show.

/** About the length of a frame, in milliseconds. */
const FRAME = 16

/** Asks for a call of the callback. */
export interface FramePace<Value> {
  /**
   * Calls back with this value: now, or when the gap since the previous call is over. If several values wait, the
   * latest is used; if several gaps, the shortest.
   *
   * @param gap in milliseconds; default: a frame
   */
  (value: Value, gap?: number): void
  /** Cancels the waiting call. */
  readonly cancel: () => void
}

/** Limits a callback to one call a frame. It works with timers, so it also works on a hidden page. */
export function onceAFrame<Value = void>(callback: (value: Value) => void): FramePace<Value> {
  let called = Number.NEGATIVE_INFINITY
  /** When the waiting call is due; infinity if none waits. */
  let due = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest: Value

  function ask(value: Value, gap = FRAME): void {
    latest = value
    const now = performance.now()
    const next = called + gap
    if (next <= now) call()
    else if (next < due) {
      clearTimeout(timer)
      due = next
      timer = setTimeout(call, next - now)
    }
  }

  function call(): void {
    cancel()
    called = performance.now()
    callback(latest)
  }

  function cancel(): void {
    clearTimeout(timer)
    due = Number.POSITIVE_INFINITY
  }

  return Object.assign(ask, { cancel })
}
