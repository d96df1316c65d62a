// How tests read streams and wait, without a clock.

/** The first items of a stream; the reader lets go of it. */
export async function take<Item>(stream: ReadableStream<Item>, count: number): Promise<Item[]> {
  const reader = stream.getReader()
  const items: Item[] = []
  while (items.length < count) {
    const { done, value } = await reader.read()
    if (done) break
    items.push(value)
  }
  reader.releaseLock()
  return items
}

/** Every item of a stream that ends. */
export async function all<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  return await take(stream, Number.POSITIVE_INFINITY)
}

/** Every item of a stream, and how it ended: `closed`, or the error. */
export async function ending<Item>(stream: ReadableStream<Item>): Promise<{ items: Item[]; end: unknown }> {
  const items: Item[] = []
  try {
    for await (const item of stream) items.push(item)
  } catch (error) {
    return { items, end: error }
  }
  return { items, end: 'closed' }
}

/** A stream of these chunks, which ends behind them. */
export function streamOf<Chunk>(chunks: Iterable<Chunk>): ReadableStream<Chunk> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

/** Lets everything that is due run, timers of 0 ms included. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setTimeout(resolve))
}

/** What became of a promise so far. */
export async function outcome(promise: Promise<unknown>): Promise<'pending' | 'resolved' | { rejected: unknown }> {
  let now: 'pending' | 'resolved' | { rejected: unknown } = 'pending'
  promise.then(
    () => {
      now = 'resolved'
    },
    (reason: unknown) => {
      now = { rejected: reason }
    },
  )
  await settled()
  return now
}
