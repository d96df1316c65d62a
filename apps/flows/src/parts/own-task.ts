// Tasks of their own, for sources that give one chunk a task, as a socket does. Timers alone cannot: from the fifth on,
// a timer that was set by a timer waits for four milliseconds at least.

const { port1, port2 } = new MessageChannel()
const waiting: (() => void)[] = []
port1.onmessage = () => waiting.shift()?.()

/** Resolves in a task of its own, as soon as there is time for it. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    port2.postMessage(undefined)
  })
}
