// Runs in the server that is measured: says how much memory it takes, when asked.

process.on('message', () => {
  globalThis.gc?.()
  process.send?.(process.memoryUsage())
})
// The channel does not keep the server running.
process.channel?.unref()
