// Handles the outputs of a run under its lease. It is loaded once a component handles outputs, since many pages that keep a run
// do not.
//
//   take the lease ─► read from `settled` on ─► handlers ─► keep the answers ─► settle ─► give it up when the signal aborts

import type { RunEvent } from '@xmachines/core'
import { handlerOf, outputHandling, pause, takeLease } from '@xmachines/core/internal'
import { type Lease, type SharedRun, storeErrorOf } from '@xmachines/core/store'
import { handlerIn, type Offer, PAUSE } from './lease-outputs.ts'

type Handle = ReturnType<typeof outputHandling<unknown, RunEvent, unknown>>

/** What the components of a page share with the handling. */
export interface Leased {
  readonly run: SharedRun<unknown, RunEvent, unknown, unknown>
  readonly offers: ReadonlySet<Offer>
  /** Positions that have settled here, with one before them that has not. */
  readonly settled: Set<number>
  /** How many handlers are running. */
  running: number
  warn: ((output: unknown) => void) | undefined
  /** Calls `resume` of the handlers that have not resumed under the lease, if this page has it. */
  resume(): void
  /** A shown component that handles a type; undefined if none ever did, or the signal aborts. */
  offerFor(type: string, signal: AbortSignal): Promise<Offer | undefined>
  /** Called when a handler has finished. */
  rest(): void
}

/**
 * Takes the lease and handles outputs, again and again, until the signal aborts.
 * @returns whether it is over: the run has ended and all outputs have settled, or the store no longer has the run
 */
export async function handleLeased(leased: Leased, signal: AbortSignal): Promise<boolean> {
  const { run } = leased
  let isOver = false
  while (!signal.aborted && !isOver) {
    try {
      const lease = await takeLease(run, { signal })
      if (lease === undefined) break
      try {
        isOver = await handleUnder(leased, lease, AbortSignal.any([signal, lease.signal]))
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
  return isOver
}

/** Handles outputs until the signal aborts, or the run has ended and all have settled. Answers whether it is over. */
async function handleUnder(leased: Leased, lease: Lease, whole: AbortSignal): Promise<boolean> {
  const { run, offers, settled } = leased
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
  leased.resume = () => {
    for (const offer of offers) {
      if (!offer.isShown || resumed.has(offer) || whole.aborted) continue
      resumed.add(offer)
      const one: Promise<void> = resumeOne(offer).finally(() => underWay.delete(one))
      underWay.add(one)
    }
  }
  leased.resume()
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
    leased.running++
    try {
      await handleOf(offer)(undefined, -1, handlerOf(offer.given.current, undefined) as never)
    } catch (thrown) {
      if (!whole.aborted && !offer.stop.signal.aborted) offer.fail(thrown)
    } finally {
      leased.running--
      leased.rest()
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
      const offer = await leased.offerFor(type, whole)
      if (whole.aborted) return
      if (offer === undefined) {
        leased.warn?.(output)
        settle(at)
        return
      }
      leased.running++
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
        leased.running--
        leased.rest()
      }
    }
  }
}
