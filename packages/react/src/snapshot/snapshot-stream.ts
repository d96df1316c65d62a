// Snapshots from a stream, read by one reader for all components. The reader is kept until the first snapshot has
// arrived, and after that as long as somebody listens. Before the first snapshot, reading throws a promise: React's
// Suspense waits for it.

import type { Snapshot } from '@xmachines/core'
import type { ObservedSource } from './snapshot-source.ts'

/** Observes a stream; nothing is read until somebody asks for a snapshot or listens. */
export function observeStream<State>(stream: ReadableStream<Snapshot<State>>): ObservedSource<State> {
  /** Give the first and the latest snapshot, or throw the error that ended the stream; undefined until it says either. */
  let first: (() => Snapshot<State>) | undefined
  let latest: (() => Snapshot<State>) | undefined
  /** Whether the stream has ended, failed, or could not be read. */
  let ended = false
  let reader: ReadableStreamDefaultReader<Snapshot<State>> | undefined
  let notify: ((sent: boolean) => void) | undefined
  /** Resolves when the first snapshot has arrived or the stream has failed. */
  let arrival: Promise<void> | undefined
  let arrived = (): void => undefined

  async function readOn(current: ReadableStreamDefaultReader<Snapshot<State>>): Promise<void> {
    try {
      while (reader === current && (first === undefined || notify !== undefined)) {
        const { done, value } = await current.read()
        if (done) {
          ended = true
          if (first === undefined) {
            throw new Error('The stream ended before its first snapshot. Write a snapshot before you close it.')
          }
          break
        }
        update(() => value)
      }
    } catch (thrown) {
      // A released reader rejects its pending read. That is not a failure of the stream.
      if (reader === current) fail(thrown)
    }
    if (reader === current) release()
  }

  function start(): void {
    if (reader !== undefined || ended) return
    reader = stream.getReader()
    void readOn(reader)
  }

  function fail(thrown: unknown): void {
    ended = true
    update(() => {
      throw thrown
    })
  }

  function update(next: () => Snapshot<State>): void {
    first ??= next
    latest = next
    arrived()
    notify?.(false)
  }

  function release(): void {
    reader?.releaseLock()
    reader = undefined
  }

  /** Throws a promise for the first snapshot. */
  function suspend(): never {
    // Throws if somebody else has locked the stream. It is tried again when React renders again.
    start()
    arrival ??= new Promise((resolve) => {
      arrived = resolve
    })
    throw arrival
  }

  return {
    latest: () => (latest ?? suspend)(),
    first: () => (first ?? suspend)(),
    observe(onChange) {
      notify = onChange
      try {
        start()
      } catch (thrown) {
        fail(thrown)
      }
      return () => {
        notify = undefined
        if (first !== undefined) release()
      }
    },
  }
}
