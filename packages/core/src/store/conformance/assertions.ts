// What the suite asserts with: it needs no test framework.

import { type StoreError, type StoreErrorCode, storeErrorOf } from '../store-error.ts'

/** Fails a case unless two values are the same JSON. The order of members has no meaning: a store may give another. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual, inOrder), JSON.stringify(expected, inOrder)]
  if (is !== should) throw new Error(`${what} is ${String(is)}; it must be ${String(should)}`)
}

/** A value with its members in the order of their names. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/** Fails a case unless something rejects with a code of `StoreError`. */
export async function expectCode(
  asked: () => Promise<unknown>,
  code: StoreErrorCode,
  what: string,
): Promise<StoreError> {
  try {
    await asked()
  } catch (thrown) {
    const refusal = storeErrorOf(thrown)
    if (refusal?.code === code) return refusal
    throw new Error(`${what} must be refused with ${code}; it was refused with ${String(thrown)}`, { cause: thrown })
  }
  throw new Error(`${what} must be refused with ${code}; it was accepted`)
}

/** All that a stream delivers. */
export async function readAll<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  return await readSome(stream, Number.POSITIVE_INFINITY)
}

/** The first items of a stream. The stream is cancelled if it has more. */
export async function readSome<Item>(stream: ReadableStream<Item>, count: number): Promise<Item[]> {
  const reader = stream.getReader()
  const items: Item[] = []
  while (items.length < count) {
    const { done, value } = await reader.read()
    if (done) return items
    items.push(value)
  }
  await reader.cancel()
  return items
}

/** Asks again and again until something is so. */
export async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const patience = Date.now() + 20_000
  while (!(await isSo())) {
    if (Date.now() > patience) throw new Error(`${what} did not happen within 20 seconds`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
