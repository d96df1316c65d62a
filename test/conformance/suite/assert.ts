// The assertions of the requirements, for every platform.

/** Throws unless the value is true. */
export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`it is not true that ${what}`)
}

/** Throws unless both are the same as JSON, which says everything about plain data. */
export function same(actual: unknown, expected: unknown, what = 'the value'): void {
  const [is, should] = [shown(actual), shown(expected)]
  if (is !== should) throw new Error(`${what} is ${is}; expected ${should}`)
}

/** Throws unless `act` throws or rejects. Returns what was thrown. */
export async function throws(act: () => unknown, what: string): Promise<unknown> {
  try {
    await act()
  } catch (thrown) {
    return thrown
  }
  throw new Error(`nothing was thrown: ${what}`)
}

/** Throws unless the value is frozen, with all its members. */
export function deeplyFrozen(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null) return
  if (!Object.isFrozen(value)) throw new Error(`${what} is not frozen: ${shown(value)}`)
  for (const member of Object.values(value)) deeplyFrozen(member, what)
}

/** The first items of a stream. Releases the lock afterwards. */
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

/** Every item of a stream that closes. */
export async function all<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  return await take(stream, Number.POSITIVE_INFINITY)
}

/** Waits until everything that is due has run: a few macrotasks. */
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
