// Snapshots from a stream, read by one reader for all components. The reader is kept until the first snapshot has
// arrived, and after that as long as somebody listens. Before the first snapshot, reading throws a promise: React's
// Suspense waits for it.

import type { Snapshot } from '@xmachines/core'
import type { ObservedSource } from './snapshot-source.ts'

/** Observes a stream; nothing is read until somebody asks for a snapshot or listens. */
export function observeStream<State>(stream: ReadableStream<Snapshot<State>>): ObservedSource<State> {
  let first: Snapshot<State> | undefined
  let latest: Snapshot<State> | undefined
  /** The error that ended the stream, or that kept it from being read. */
  let failure: { readonly thrown: unknown } | undefined
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
        first ??= value
        latest = value
        arrived()
        notify?.(false)
      }
    } catch (thrown) {
      // A released reader rejects its pending read. That is not a failure of the stream.
      if (reader === current) fail(thrown)
    }
    if (reader === current) release()
  }

  function start(): void {
    if (reader !== undefined || ended || failure !== undefined) return
    reader = stream.getReader()
    void readOn(reader)
  }

  function fail(thrown: unknown): void {
    failure = { thrown }
    arrived()
    notify?.(false)
  }

  function release(): void {
    const released = reader
    reader = undefined
    released?.releaseLock()
  }

  /** Returns the snapshot, or throws the failure, or throws a promise for the first snapshot. */
  function orThrow(snapshot: Snapshot<State> | undefined): Snapshot<State> {
    if (snapshot !== undefined) return snapshot
    if (failure !== undefined) throw failure.thrown
    // Throws if somebody else has locked the stream. It is tried again when React renders again.
    start()
    arrival ??= new Promise((resolve) => {
      arrived = resolve
    })
    throw arrival
  }

  return {
    latest: () => orThrow(failure === undefined ? latest : undefined),
    first: () => orThrow(first),
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
