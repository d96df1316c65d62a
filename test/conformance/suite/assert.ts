// What a requirement asserts with, wherever it runs.

/** Holds where the value is true. */
export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`not so: ${what}`)
}

/** Holds where both say the same as JSON, which is all that plain data can say. */
export function same(actual: unknown, expected: unknown, what = 'the value'): void {
  const [is, should] = [shown(actual), shown(expected)]
  if (is !== should) throw new Error(`${what} is ${is}; expected ${should}`)
}

/** Holds where it throws, or rejects; answers with what was thrown. */
export async function throws(act: () => unknown, what: string): Promise<unknown> {
  try {
    await act()
  } catch (thrown) {
    return thrown
  }
  throw new Error(`nothing was thrown: ${what}`)
}

/** Holds where nothing in the value can be changed. */
export function deeplyFrozen(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null) return
  if (!Object.isFrozen(value)) throw new Error(`${what} is not frozen: ${shown(value)}`)
  for (const member of Object.values(value)) deeplyFrozen(member, what)
}

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

/** Lets everything that is due run: a macrotask or two. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(null)
    })
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'undefined'
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  )
}
