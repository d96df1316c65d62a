// Streams over a store that has only "read" and "wait for more".

import type { FollowOptions, ReadOptions, StoredRecord } from './run-store.ts'

/** What a stream that follows needs from its store. */
export interface Followed {
  read(id: string, options: ReadOptions): ReadableStream<StoredRecord>
  /** Resolves once the run has a record of this sequence, or the signal aborts. */
  wait(id: string, sequence: number, signal: AbortSignal): Promise<void>
  /** Whether the run takes no more. It is asked when there is nothing more to read. `wait` also resolves when that changes. */
  isSealed?(id: string): Promise<boolean>
}

/** Reads the records of a run, and then each that is appended, until the signal aborts, the run is sealed or the reader cancels. */
export function followRecords(
  { read, wait, isSealed }: Followed,
  id: string,
  { from, signal, held }: FollowOptions,
): ReadableStream<StoredRecord> {
  let next = from
  /** Whether there was nothing to read when it was read last. */
  let isIdle = true
  let reader: ReadableStreamDefaultReader<StoredRecord> | undefined
  const cancelled = new AbortController()
  const stop = AbortSignal.any([signal, cancelled.signal])
  return new ReadableStream<StoredRecord>(
    {
      async pull(controller) {
        while (!stop.aborted) {
          if (reader === undefined) {
            await passOver()
            reader = read(id, { from: next }).getReader()
          }
          const { done, value } = await reader.read()
          if (!done) {
            next += 1
            isIdle = false
            controller.enqueue(value)
            return
          }
          reader = undefined
          // Most of those who wait get a record, so the store is asked only if they did not.
          if (isIdle && (await isSealed?.(id)) === true) break
          isIdle = true
          await waitForMore()
        }
        await reader?.cancel()
        if (!cancelled.signal.aborted) controller.close()
      },
      cancel(reason) {
        cancelled.abort(reason)
        return reader?.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )

  /** Waits for a record that the follower does not hold. */
  async function waitForMore(): Promise<void> {
    do await wait(id, next, stop)
    while (!stop.aborted && (await passOver()))
  }

  /** Passes over what the follower holds. Answers whether there was something. */
  async function passOver(): Promise<boolean> {
    const first = next
    if (held !== undefined) next = Math.max(next, (await held()) + 1)
    return next > first
  }
}

/** A stream of what a generator yields, which it is asked for when somebody reads. */
export function streamOf<Item>(items: AsyncIterator<Item, void> | Iterator<Item, void>): ReadableStream<Item> {
  return new ReadableStream<Item>(
    {
      async pull(controller) {
        const { done, value } = await items.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await items.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
