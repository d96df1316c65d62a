// Waits for the browser's next frame. Frames stop on a hidden page and do not exist on a server: a timer stands in.

/** How long to wait for a frame, in milliseconds. */
const LONGEST_WAIT = 100

/** Calls back at the next frame, or after the longest wait; returns a function that cancels the call. */
export function atNextFrame(callback: () => void): () => void {
  const timer = setTimeout(callback, LONGEST_WAIT)
  const frame = typeof requestAnimationFrame === 'function' ? requestAnimationFrame(callback) : undefined
  return () => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
  }
}
