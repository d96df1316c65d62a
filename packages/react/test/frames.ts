// Counts the frames of a page.

/** The delay of the timer that stands in for a frame, in milliseconds. */
const STAND_IN = 100

/**
 * Counts the frames of the page from now on. A timer that stands in for a frame counts as one.
 * @returns `count`, how many frames there were so far; `stop`, which restores the page
 */
export function countFrames(): { readonly count: () => number; readonly stop: () => void } {
  const { setTimeout } = window
  let frames = 0
  let counting = true
  window.setTimeout = ((handler: () => void, delay?: number) =>
    setTimeout(() => {
      if (delay === STAND_IN) frames++
      handler()
    }, delay)) as typeof setTimeout
  // It asks for the next frame before anybody else does, so in each frame it is called first. The time of a frame would not do:
  // two frames of a busy page may have the same.
  const next = (): void => {
    frames++
    if (counting) window.requestAnimationFrame(next)
  }
  window.requestAnimationFrame(next)
  return {
    count: () => frames,
    stop: () => {
      counting = false
      Object.assign(window, { setTimeout })
    },
  }
}
