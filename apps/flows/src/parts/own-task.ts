// Runs code in a task of its own, for sources that deliver one chunk in each task, as a socket does. Timers are too
// slow: from the fifth nested timer on, each waits for at least four milliseconds.

const { port1, port2 } = new MessageChannel()
const waiting: (() => void)[] = []
port1.onmessage = () => waiting.shift()?.()

/** Resolves in a new task, as soon as possible. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    port2.postMessage(undefined)
  })
}
