// At most one call a frame, however often one is asked for: at once after a frame of quiet, else with the next frame.
// So what one person does is shown at once, and thousands of batches a second are as many updates as there are frames.

/** Asks for a call with this value; `cancel` forgets the one that waits. */
export interface FramePace<Value> {
  (value: Value): void
  readonly cancel: () => void
}

/** How long to wait for a frame where frames stand still, as on a hidden page: in milliseconds. */
const PATIENCE = 100

/**
 * Paces a callback by the frames of the page.
 *
 * @param callback called at once by the first call, and then at most once a frame while calls go on, with the latest
 *   value
 */
export function onceAFrame<Value = void>(callback: (value: Value) => void): FramePace<Value> {
  /** Forgets the frame that is waited for, if one is. */
  let forget: (() => void) | undefined
  /** The value that waits for it. */
  let latest: { readonly value: Value } | undefined

  function onFrame(): void {
    forget?.()
    forget = undefined
    if (latest !== undefined) call(latest.value)
  }

  function call(value: Value): void {
    latest = undefined
    const frame = requestAnimationFrame(onFrame)
    const timer = setTimeout(onFrame, PATIENCE)
    forget = () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
    callback(value)
  }

  function ask(value: Value): void {
    if (forget === undefined) call(value)
    else latest = { value }
  }

  function cancel(): void {
    forget?.()
    forget = undefined
    latest = undefined
  }

  return Object.assign(ask, { cancel })
}
