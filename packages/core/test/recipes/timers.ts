import { defineMachine, type RunOf } from '@xmachines/core'

type Offer = { at: 'open'; until: number } | { at: 'accepted' } | { at: 'expired' }
type OfferEvent = { type: 'ACCEPT' } | { type: 'TICK'; now: number }

export const offer = defineMachine<Offer, OfferEvent, never, { until: number }>({
  name: 'offer',
  version: '1',
  initial: ({ until }) => ({ at: 'open', until }),
  states: {
    open: {
      ACCEPT: 'accepted',
      TICK: (offer, { now }) => (now >= offer.until ? { at: 'expired' } : offer),
    },
    accepted: {},
    expired: {},
  },
  final: ['accepted', 'expired'],
})

/** A timer waits at most so many milliseconds, which are 24 days. One that is to wait longer fires at once. */
const MOST = 2 ** 31 - 1

/** Sets the timer that the state asks for, also after a restart. Returns a function that stops it. */
export function armTimer(run: RunOf<typeof offer>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const arm = (): void => {
    clearTimeout(timer)
    const { state } = run
    if (state.at !== 'open') return
    const wait = state.until - Date.now()
    timer = setTimeout(
      () => (wait > MOST ? arm() : run.in.send({ type: 'TICK', now: Date.now() })),
      Math.min(wait, MOST),
    )
  }
  const unsubscribe = run.snapshot.subscribe(arm)
  arm()
  return () => {
    unsubscribe()
    clearTimeout(timer)
  }
}
