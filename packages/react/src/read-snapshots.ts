// Snapshots from a stream: one reader for all components, held until the first snapshot has arrived and then while
// somebody listens. Who asks before there is one is given a promise to wait for, thrown, as React's Suspense wants it.

import type { Snapshot } from '@xmachines/core'
import type { Observed } from './told-snapshot.ts'

/** What there is to observe of a stream; nothing is read until somebody asks. */
export function readSnapshots<State>(stream: ReadableStream<Snapshot<State>>): Observed<State> {
  let first: Snapshot<State> | undefined
  let latest: Snapshot<State> | undefined
  /** Why there is nothing more to show. */
  let failure: { readonly thrown: unknown } | undefined
  let ended = false
  let reader: ReadableStreamDefaultReader<Snapshot<State>> | undefined
  let tell: ((sent: boolean) => void) | undefined
  /** Resolves when the first snapshot has arrived, or will not. */
  let arrival: Promise<void> | undefined
  let arrived = (): void => undefined

  async function readOn(from: ReadableStreamDefaultReader<Snapshot<State>>): Promise<void> {
    try {
      while (reader === from && (first === undefined || tell !== undefined)) {
        const { done, value } = await from.read()
        if (done) {
          ended = true
          if (first === undefined) throw new Error('The stream of snapshots ended before its first.')
          break
        }
        first ??= value
        latest = value
        arrived()
        tell?.(false)
      }
    } catch (thrown) {
      // Letting go of the reader rejects what it waits for.
      if (reader === from) fail(thrown)
    }
    if (reader === from) letGo()
  }

  function start(): void {
    if (reader !== undefined || ended || failure !== undefined) return
    reader = stream.getReader()
    void readOn(reader)
  }

  function fail(thrown: unknown): void {
    failure = { thrown }
    arrived()
    tell?.(false)
  }

  function letGo(): void {
    const held = reader
    reader = undefined
    held?.releaseLock()
  }

  function require(snapshot: Snapshot<State> | undefined): Snapshot<State> {
    if (snapshot !== undefined) return snapshot
    if (failure !== undefined) throw failure.thrown
    // A stream that somebody else reads is locked: that is thrown, and asked again when React tries again.
    start()
    arrival ??= new Promise((resolve) => {
      arrived = resolve
    })
    throw arrival
  }

  return {
    latest: () => require(failure === undefined ? latest : undefined),
    first: () => require(first),
    observe(onChange) {
      tell = onChange
      try {
        start()
      } catch (thrown) {
        fail(thrown)
      }
      return () => {
        tell = undefined
        if (first !== undefined) letGo()
      }
    },
  }
}
