// Reads a stream in an effect, until the stream ends or the effect is cleaned up.

/**
 * Calls a listener for each item of a stream.
 *
 * @param stream the stream, which this locks
 * @param listener called once for each item, in order
 * @param onEnd called when the stream has ended
 * @returns a function that stops at once and cancels the stream, for the clean-up of an effect
 */
export function follow<Item>(
  stream: ReadableStream<Item>,
  listener: (item: Item) => void,
  onEnd?: () => void,
): () => void {
  const reader = stream.getReader()
  let stopped = false
  void readAll()
  return () => {
    stopped = true
    void reader.cancel()
  }

  async function readAll(): Promise<void> {
    for (;;) {
      const { done, value } = await reader.read()
      // A read may have been pending when the effect was cleaned up.
      if (stopped) return
      if (done) {
        onEnd?.()
        return
      }
      listener(value)
    }
  }
}
