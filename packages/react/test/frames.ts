// Frames, counted: every callback of a frame is given the same time, and what it causes happens in that frame.

/** When something happened: at what time, and in which frame, named by its time. */
export interface Moment {
  readonly at: number
  readonly frame: number
}

/**
 * Counts the frames of the page from now on.
 * @returns `now`, the moment; `stop`, which puts the page back as it was and says how many frames there were
 */
export function countFrames(): { readonly now: () => Moment; readonly stop: () => number } {
  const request = window.requestAnimationFrame
  let frame = 0
  let frames = 0
  let counting = true
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      if (time !== frame) frames++
      frame = time
      callback(time)
    })
  const next = (): void => {
    if (counting) window.requestAnimationFrame(next)
  }
  next()
  return {
    now: () => ({ at: performance.now(), frame }),
    stop: () => {
      counting = false
      window.requestAnimationFrame = request
      return frames
    },
  }
}
