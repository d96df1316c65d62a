// Reads a stream from inside an effect: until it ends, or until the effect is torn down.

/**
 * Calls a listener for each item of a stream.
 *
 * @param stream locked from now on
 * @param listener called once for each item, in order
 * @param onEnd called when the stream has ended
 * @returns stops at once and cancels the stream: the clean-up of an effect
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
      // An item may have been under way when the effect was torn down.
      if (stopped) return
      if (done) {
        onEnd?.()
        return
      }
      listener(value)
    }
  }
}
