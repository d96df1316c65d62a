// Frames of the page, and when something is painted.

/** Waits until a frame has just been painted. */
export async function painted(): Promise<void> {
  await new Promise(requestAnimationFrame)
  await nextTask()
}

/** Waits until a frame is painted in which something can be seen. */
export async function paintedOnce(isShown: () => boolean): Promise<void> {
  do await painted()
  while (!isShown())
}

/** The task behind the frame under way: other than a timer's it has no delay. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
