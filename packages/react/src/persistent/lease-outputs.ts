// Handles the outputs of a persistent run once, under its lease, with the handlers that the components of this page offer.
//
//   a component is shown ─► load what handles (handle-leased.ts) ─► … ─► no component is shown ─► give the lease to another tab

import type { OutputHandlers, RunEvent } from '@xmachines/core'
import { pause, watchUnhandled } from '@xmachines/core/internal'
import type { SharedRun } from '@xmachines/core/store'
import type { Follower } from '../follow-port.ts'
import { hasMode } from '../mode.ts'
import type { OfferHandlers } from '../output-offers.ts'
import type { Leased } from './handle-leased.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

type Handlers = OutputHandlers<unknown, RunEvent, unknown>

/** The handlers of a mounted component. */
export interface Offer {
  readonly given: { readonly current: Handlers }
  readonly stop: AbortController
  isShown: boolean
  fail(thrown: unknown): void
}

/** Milliseconds before what failed is tried again. */
export const PAUSE = 1000

/**
 * Handles the outputs of a run for the components that offer handlers.
 * @param ready resolves once the store has the run
 */
export function leaseOutputs(
  run: SharedRun<unknown, RunEvent, unknown, unknown>,
  ready: Promise<unknown>,
): OfferHandlers {
  const offers = new Set<Offer>()
  /** The types that a component has handled. Their outputs wait while no component does. */
  const types = new Set<string>()
  /** Wakes the outputs that wait for a handler. */
  const waiting = new Set<() => void>()
  /** Gives up the lease, or the attempt to get it. */
  let holding: AbortController | undefined
  const leased: Leased = {
    run,
    offers,
    settled: new Set(),
    running: 0,
    warn: undefined,
    resume: () => undefined,
    offerFor,
    rest() {
      if (!isWanted()) reviewSoon()
    },
  }

  const isWanted = (): boolean => Array.from(offers).some(({ isShown }) => isShown)

  function review(): void {
    for (const wake of Array.from(waiting)) wake()
    leased.resume()
    if (isWanted()) {
      if (holding === undefined) void hold()
    } else if (leased.running === 0) holding?.abort()
  }

  /** StrictMode and a refresh hide a component and show it again in one task. */
  const reviewSoon = (): void => void setTimeout(review)

  async function hold(): Promise<void> {
    const { signal } = (holding = new AbortController())
    await ready
    const isOver = await import('./handle-leased.ts').then(
      ({ handleLeased }) => handleLeased(leased, signal),
      // The network may be away. It is loaded again.
      () => pause(PAUSE, signal).then(() => false),
    )
    if (isOver) return
    holding = undefined
    review()
  }

  /** A shown component that handles a type; undefined if none ever did, or the signal aborts. */
  async function offerFor(type: string, signal: AbortSignal): Promise<Offer | undefined> {
    for (;;) {
      if (signal.aborted || !types.has(type)) return undefined
      for (const offer of offers) if (offer.isShown && handlerIn(offer, type) !== undefined) return offer
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
  }

  return (given, onThrown) => {
    const stop = new AbortController()
    const offer: Offer = { given, stop, isShown: false, fail }
    offers.add(offer)
    /** Whether the insertion effect was cleaned up and did not run again. */
    let unmounting = false

    function end(reason?: unknown): void {
      offer.isShown = false
      offers.delete(offer)
      stop.abort(reason)
      reviewSoon()
    }

    function fail(thrown: unknown): void {
      end(thrown)
      onThrown(thrown)
    }

    function endIfUnmounted(): void {
      if (unmounting && !stop.signal.aborted) end()
    }

    const follower: Follower = {
      run,
      signal: stop.signal,
      mount() {
        unmounting = false
        return () => {
          unmounting = true
          // A component that unmounts while it is hidden has no other effect left to clean up.
          void Promise.resolve().then(endIfUnmounted)
        }
      },
      show() {
        if (stop.signal.aborted) return () => undefined
        for (const type of Object.keys(given.current)) types.add(type)
        if (hasMode ? process.env.NODE_ENV !== 'production' : false) leased.warn = watchUnhandled(run, given.current)
        offer.isShown = true
        reviewSoon()
        return () => {
          offer.isShown = false
          reviewSoon()
          endIfUnmounted()
        }
      },
    }
    return follower
  }
}

/** The handler that the latest render gave for a type. */
export function handlerIn({ given }: Offer, type: string): unknown {
  return Object.hasOwn(given.current, type) ? given.current[type as keyof Handlers] : undefined
}
