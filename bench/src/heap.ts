// Weighs what is held, in Node and in Chromium: the heap after a collection, with it and without.

const ROUNDS = 3

/**
 * Weighs what a function makes.
 * @param make makes it, and is called several times
 * @returns bytes of heap, the median of several rounds
 */
export async function weigh(make: () => object): Promise<number> {
  const rounds: number[] = []
  // The first round also weighs what is only made once, such as code, and does not count.
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
  // Used after the weighing, so that nothing of it is collected before.
  if (held.pop() === undefined) throw new Error('nothing was made')
  return bytes
}

/** Collects all garbage; twice, because what a task has looked at weakly lives until the task ends. */
export async function settle(): Promise<void> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('There is no gc(): start Node with --expose-gc, Chromium with --js-flags')
  for (let pass = 0; pass < 2; pass++) {
    await new Promise((resolve) => setTimeout(resolve))
    gc()
  }
}

/** Chromium tells its heap to the byte where it was started with --enable-precise-memory-info. */
function heapUsed(): number {
  const { memory } = performance as { readonly memory?: { readonly usedJSHeapSize: number } }
  return memory === undefined ? process.memoryUsage().heapUsed : memory.usedJSHeapSize
}
