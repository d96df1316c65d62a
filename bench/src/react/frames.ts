// Waits for frames of the page to be painted.

/** Waits until the next frame has been painted. */
export async function painted(): Promise<void> {
  await new Promise(requestAnimationFrame)
  await nextTask()
}

/** Waits until a frame has been painted that shows something. */
export async function paintedOnce(isShown: () => boolean): Promise<void> {
  do await painted()
  while (!isShown())
}

/** Waits for the task after the current frame. Unlike a timer, this adds no delay. */
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
