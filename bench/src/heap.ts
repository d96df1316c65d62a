// Measures how much heap something takes, in Node and in Chromium: the heap after a collection, with it and without it.

const ROUNDS = 3

/**
 * Measures the heap that the result of a function takes.
 * @param make is called several times
 * @returns bytes of heap, the median of several rounds
 */
export async function weigh(make: () => object): Promise<number> {
  const rounds: number[] = []
  // The first round does not count: it includes what is made only once, such as code.
  for (let round = 0; round <= ROUNDS; round++) {
    const bytes = await weighOnce(make)
    if (round > 0) rounds.push(bytes)
  }
  return rounds.toSorted((a, b) => a - b)[ROUNDS >> 1] as number
}

async function weighOnce(make: () => object): Promise<number> {
  const held: object[] = []
  await settle()
  const before = heapUsed()
  held.push(make())
  await settle()
  const bytes = heapUsed() - before
  // Used after the measurement, so that it is not collected before.
  if (held.pop() === undefined) throw new Error('nothing was made')
  return bytes
}

/** Collects all garbage; twice, because a weak reference that was read keeps its target until the task ends. */
export async function settle(): Promise<void> {
  const { gc } = globalThis
  if (gc === undefined)
    throw new Error('There is no gc(): start Node with --expose-gc, or Chromium with --js-flags=--expose-gc.')
  for (let pass = 0; pass < 2; pass++) {
    await new Promise((resolve) => setTimeout(resolve))
    gc()
  }
}

/** Chromium gives the exact number only if it was started with --enable-precise-memory-info. */
function heapUsed(): number {
  const { memory } = performance as { readonly memory?: { readonly usedJSHeapSize: number } }
  return memory === undefined ? process.memoryUsage().heapUsed : memory.usedJSHeapSize
}
