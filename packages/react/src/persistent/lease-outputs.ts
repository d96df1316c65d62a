// Handles the outputs of a persistent run once, under its lease, with the handlers that the components of this page offer.
//
//   a component is shown ─► take the lease ─► read from `settled` on ─► handlers ─► keep the answers ─► settle
//   no component is shown ─► nothing starts ─► what runs finishes ─► give the lease to another tab

import type { OutputHandlers, RunEvent } from '@xmachines/core'
import { handlerOf, outputHandling, pause, takeLease, watchUnhandled } from '@xmachines/core/internal'
import { type Lease, type SharedRun, storeErrorOf } from '@xmachines/core/store'
import type { Follower } from '../follow-port.ts'
import { hasMode } from '../mode.ts'
import type { OfferHandlers } from '../output-offers.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

type Handlers = OutputHandlers<unknown, RunEvent, unknown>
type Handle = ReturnType<typeof outputHandling<unknown, RunEvent, unknown>>

/** The handlers of a mounted component. */
interface Offer {
  readonly given: { readonly current: Handlers }
  readonly stop: AbortController
  isShown: boolean
  fail(thrown: unknown): void
}

/** Milliseconds before a store that failed is asked for the lease again. */
const PAUSE = 1000

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
  /** Positions that have settled here, with one before them that has not. */
  const settled = new Set<number>()
  /** Wakes the outputs that wait for a handler. */
  const waiting = new Set<() => void>()
  /** Gives up the lease, or the attempt to get it. */
  let holding: AbortController | undefined
  /** How many handlers are running. */
  let running = 0
  let warn: ((output: unknown) => void) | undefined
  /** Calls `resume` of the handlers that have not resumed under the lease, if this page has it. */
  let resume = (): void => undefined

  const isWanted = (): boolean => Array.from(offers).some(({ isShown }) => isShown)

  function review(): void {
    for (const wake of Array.from(waiting)) wake()
    resume()
    if (isWanted()) {
      if (holding === undefined) void hold()
    } else if (running === 0) holding?.abort()
  }

  /** StrictMode and a refresh hide a component and show it again in one task. */
  const reviewSoon = (): void => void setTimeout(review)

  async function hold(): Promise<void> {
    const { signal } = (holding = new AbortController())
    await ready
    let isOver = false
    while (!signal.aborted && !isOver) {
      try {
        const lease = await takeLease(run, { signal })
        if (lease === undefined) break
        try {
          isOver = await handleUnder(lease, AbortSignal.any([signal, lease.signal]))
        } finally {
          await lease.release().catch(() => undefined)
        }
      } catch (thrown) {
        // The run tells what is wrong with its store. A run that the store no longer has stays so.
        const refusal = storeErrorOf(thrown)
        isOver = refusal !== undefined && refusal.code !== 'UNAVAILABLE' && refusal.code !== 'LEASE_LOST'
        await pause(PAUSE, signal)
      }
    }
    if (isOver) return
    holding = undefined
    review()
  }

  /** Handles outputs until the signal aborts, or the run has ended and all have settled. Answers whether it is over. */
  async function handleUnder(lease: Lease, whole: AbortSignal): Promise<boolean> {
    const start = Math.min(lease.settled, run.position)
    let position = start
    /** The position up to which every output has settled. */
    let settledTo = start
    let keeping: Promise<unknown> = Promise.resolve()
    /** Answers that could not be kept. */
    const unkept = new Set<number>()
    const handles = new Map<Offer, Handle>()
    const reader = run.ports({ from: start }).out.getReader()
    whole.addEventListener('abort', () => void reader.cancel().catch(() => undefined))
    const underWay = new Set<Promise<void>>()
    const resumed = new Set<Offer>()
    resume = () => {
      for (const offer of offers) {
        if (!offer.isShown || resumed.has(offer) || whole.aborted) continue
        resumed.add(offer)
        const one: Promise<void> = resumeOne(offer).finally(() => underWay.delete(one))
        underWay.add(one)
      }
    }
    resume()
    while (!whole.aborted) {
      // A fatal end errors `out`; `err` is what reports it.
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }) as const)
      if (done) break
      const one: Promise<void> = handleOne(value, position++).finally(() => underWay.delete(one))
      underWay.add(one)
    }
    while (underWay.size > 0) await Promise.all(underWay)
    await keeping
    return !whole.aborted

    function settle(at: number): void {
      settled.add(at)
      const before = settledTo
      while (settled.delete(settledTo)) settledTo++
      // If the lease is lost, its signal ends the handling.
      if (settledTo > before) keeping = keeping.then(() => lease.settle(settledTo)).catch(() => undefined)
    }

    async function finish(at: number, events?: unknown): Promise<void> {
      // What resumes is no output.
      if (at < 0) return
      if (events !== undefined) {
        try {
          run.sendWithKey(events as RunEvent | readonly RunEvent[], `${run.id}/${at}`)
          await run.flush()
        } catch {
          // It has not settled: another tab, or this one after a reload, handles it again.
          unkept.add(at)
          return
        }
      }
      settle(at)
    }

    async function resumeOne(offer: Offer): Promise<void> {
      running++
      try {
        await handleOf(offer)(undefined, -1, handlerOf(offer.given.current, undefined) as never)
      } catch (thrown) {
        if (!whole.aborted && !offer.stop.signal.aborted) offer.fail(thrown)
      } finally {
        running--
        if (!isWanted()) reviewSoon()
      }
    }

    /** Whether the one who had the lease before answered, and had no time to say so. */
    async function wasAnswered(at: number): Promise<boolean> {
      while (!whole.aborted) {
        try {
          return (await run.store.receipt(run.id, `${run.id}/${at}`, 0)) !== undefined
        } catch {
          await pause(PAUSE, whole)
        }
      }
      return false
    }

    function handleOf(offer: Offer): Handle {
      const handle =
        handles.get(offer) ??
        outputHandling<unknown, RunEvent, unknown>(run, AbortSignal.any([whole, offer.stop.signal]), finish)
      handles.set(offer, handle)
      return handle
    }

    async function handleOne(output: unknown, at: number): Promise<void> {
      const type = String((output as { readonly type?: unknown } | null)?.type)
      while (!settled.has(at) && at >= settledTo && !unkept.has(at)) {
        const offer = await offerFor(type, whole)
        if (whole.aborted) return
        if (offer === undefined) {
          warn?.(output)
          settle(at)
          return
        }
        running++
        try {
          if (await wasAnswered(at)) settle(at)
          else await handleOf(offer)(output, at, handlerIn(offer, type) as never)
        } catch (thrown) {
          if (whole.aborted) return
          // Its component continues after this output.
          if (!offer.stop.signal.aborted) {
            settle(at)
            offer.fail(thrown)
          }
        } finally {
          running--
          if (!isWanted()) reviewSoon()
        }
      }
    }
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
        if (hasMode ? process.env.NODE_ENV !== 'production' : false) warn = watchUnhandled(run, given.current)
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
function handlerIn({ given }: Offer, type: string): unknown {
  return Object.hasOwn(given.current, type) ? given.current[type as keyof Handlers] : undefined
}
