// How often something is shown: at once after some quiet, and else once a frame or less. So what one person does is seen
// at once, and thousands of batches a second are as many updates as a page can show.

/** About a frame: in milliseconds. */
const FRAME = 16

/** Asks for a call. */
export interface FramePace<Value> {
  /**
   * Calls with this value: now, or as soon as the call before is a gap ago. Of values that wait the latest counts; of
   * gaps the shortest.
   *
   * @param gap a frame unless given: in milliseconds
   */
  (value: Value, gap?: number): void
  /** Forgets the call that waits. */
  readonly cancel: () => void
}

/** Paces a callback by the frames of the page, also where frames stand still. */
export function onceAFrame<Value = void>(callback: (value: Value) => void): FramePace<Value> {
  let called = Number.NEGATIVE_INFINITY
  /** When the call is due that waits, if one does. */
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
