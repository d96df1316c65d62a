// Counts the frames of a page: all callbacks of a frame receive the same time.

/** The delay of the timer that stands in for a frame, in milliseconds. */
const STAND_IN = 100

/**
 * Counts the frames of the page from now on. A timer that stands in for a frame counts as one.
 * @returns `count`, how many frames there were so far; `stop`, which restores the page
 */
export function countFrames(): { readonly count: () => number; readonly stop: () => void } {
  const { requestAnimationFrame, setTimeout } = window
  let latest = 0
  let frames = 0
  let counting = true
  window.requestAnimationFrame = (callback) =>
    requestAnimationFrame((time) => {
      if (time !== latest) frames++
      latest = time
      callback(time)
    })
  window.setTimeout = ((handler: () => void, delay?: number) =>
    setTimeout(() => {
      if (delay === STAND_IN) frames++
      handler()
    }, delay)) as typeof setTimeout
  const next = (): void => {
    if (counting) window.requestAnimationFrame(next)
  }
  next()
  return {
    count: () => frames,
    stop: () => {
      counting = false
      Object.assign(window, { requestAnimationFrame, setTimeout })
    },
  }
}
