// A traffic light as a machine. It has no clock: it emits how long to wait, and an event says that the time is up.

import { defineMachine, type Emit, type Machine, to } from '@xmachines/core'

/** The states of the light. */
export type TrafficLight =
  | { readonly at: 'off' }
  | { readonly at: 'red'; readonly crossing: boolean }
  | { readonly at: 'green'; readonly waiting: boolean }
  | { readonly at: 'amber'; readonly waiting: boolean }
  | { readonly at: 'flashing' }

/** The events of the light; its clock answers with `TIME_UP`. */
export type TrafficLightEvent =
  | { readonly type: 'SWITCH_ON' }
  | { readonly type: 'FLASH' }
  | { readonly type: 'PUSH' }
  | { readonly type: 'TIME_UP' }

/** Asks code outside of the machine to wait as long as the light stays as it is, and to answer with `TIME_UP`. */
export type TrafficLightOutput = {
  readonly type: 'wait'
  readonly milliseconds: number
  readonly at: 'red' | 'green' | 'amber'
}

/**
 * The machine never has to cancel a wait, nor to number it: whoever handles a wait drops it once the light has changed, or
 * the next wait has begun.
 */
export const trafficLight: Machine<TrafficLight, TrafficLightEvent, TrafficLightOutput> = defineMachine<
  TrafficLight,
  TrafficLightEvent,
  TrafficLightOutput
>({
  name: 'traffic-light',
  version: '2',
  initial: { at: 'off' },
  states: {
    off: { SWITCH_ON: to(['red'], (_off, _event, emit) => stop(false, emit)) },
    red: { TIME_UP: to(['green'], (_red, _event, emit) => go(emit)), FLASH: 'flashing' },
    green: {
      TIME_UP: to(['amber'], ({ waiting }, _event, emit) => slow(waiting, emit)),
      PUSH: to(['green'], (green, _event, emit) => (green.waiting ? green : hurry(emit))),
      FLASH: 'flashing',
    },
    amber: {
      TIME_UP: to(['red'], ({ waiting }, _event, emit) => stop(waiting, emit)),
      PUSH: to(['amber'], () => ({ at: 'amber', waiting: true })),
      FLASH: 'flashing',
    },
    // The lamp flashes by itself and needs no clock.
    flashing: { SWITCH_ON: to(['red'], (_flashing, _event, emit) => stop(false, emit)) },
  },
})

type At<Name extends TrafficLight['at']> = Extract<TrafficLight, { readonly at: Name }>

function stop(crossing: boolean, emit: Emit<TrafficLightOutput>): At<'red'> {
  emit({ type: 'wait', milliseconds: crossing ? 8000 : 5000, at: 'red' })
  return { at: 'red', crossing }
}

function go(emit: Emit<TrafficLightOutput>): At<'green'> {
  emit({ type: 'wait', milliseconds: 10_000, at: 'green' })
  return { at: 'green', waiting: false }
}

/** Somebody wants to cross: a short wait takes the place of the rest of the long one. */
function hurry(emit: Emit<TrafficLightOutput>): At<'green'> {
  emit({ type: 'wait', milliseconds: 3000, at: 'green' })
  return { at: 'green', waiting: true }
}

function slow(waiting: boolean, emit: Emit<TrafficLightOutput>): At<'amber'> {
  emit({ type: 'wait', milliseconds: 2000, at: 'amber' })
  return { at: 'amber', waiting }
}
