// A traffic light as a machine. It has no clock: it emits how long to wait, and an event says that the time is up.

import { defineMachine, type Emit, type Machine, to } from '@xmachines/core'

/**
 * The states of the light. Each wait belongs to a numbered turn, and the state has the number of the turn that it waits
 * for.
 */
export type TrafficLight =
  | { readonly at: 'off' }
  | { readonly at: 'red'; readonly turn: number; readonly crossing: boolean }
  | { readonly at: 'green'; readonly turn: number; readonly waiting: boolean }
  | { readonly at: 'amber'; readonly turn: number; readonly waiting: boolean }
  | { readonly at: 'flashing'; readonly turn: number }

/** The events of the light; its clock answers with `TIME_UP`. */
export type TrafficLightEvent =
  | { readonly type: 'SWITCH_ON' }
  | { readonly type: 'FLASH' }
  | { readonly type: 'PUSH' }
  | { readonly type: 'TIME_UP'; readonly turn: number }

/** Asks code outside of the machine to wait, and to answer with `TIME_UP` and the same turn. */
export type TrafficLightOutput = { readonly type: 'wait'; readonly milliseconds: number; readonly turn: number }

/**
 * The initial state emits nothing, so `SWITCH_ON` begins the first wait. The machine never has to cancel a wait: an
 * answer with the number of an earlier turn changes nothing.
 */
export const trafficLight: Machine<TrafficLight, TrafficLightEvent, TrafficLightOutput> = defineMachine<
  TrafficLight,
  TrafficLightEvent,
  TrafficLightOutput
>({
  name: 'traffic-light',
  version: '1',
  initial: { at: 'off' },
  states: {
    off: { SWITCH_ON: to(['red'], (_off, _event, emit) => stop(1, false, emit)) },
    red: {
      TIME_UP: to(['green', 'red'], (red, { turn }, emit) => (turn === red.turn ? go(turn + 1, emit) : red)),
      FLASH: to(['flashing'], flash),
    },
    green: {
      TIME_UP: to(['amber', 'green'], (green, { turn }, emit) =>
        turn === green.turn ? slow(turn + 1, green.waiting, emit) : green,
      ),
      PUSH: to(['green'], (green, _event, emit) => (green.waiting ? green : hurry(green.turn + 1, emit))),
      FLASH: to(['flashing'], flash),
    },
    amber: {
      TIME_UP: to(['red', 'amber'], (amber, { turn }, emit) =>
        turn === amber.turn ? stop(turn + 1, amber.waiting, emit) : amber,
      ),
      PUSH: to(['amber'], ({ turn }) => ({ at: 'amber', turn, waiting: true })),
      FLASH: to(['flashing'], flash),
    },
    flashing: { SWITCH_ON: to(['red'], ({ turn }, _event, emit) => stop(turn + 1, false, emit)) },
  },
})

type At<Name extends TrafficLight['at']> = Extract<TrafficLight, { readonly at: Name }>

function stop(turn: number, crossing: boolean, emit: Emit<TrafficLightOutput>): At<'red'> {
  emit({ type: 'wait', milliseconds: crossing ? 8000 : 5000, turn })
  return { at: 'red', turn, crossing }
}

function go(turn: number, emit: Emit<TrafficLightOutput>): At<'green'> {
  emit({ type: 'wait', milliseconds: 10_000, turn })
  return { at: 'green', turn, waiting: false }
}

/** Somebody wants to cross: the rest of the green is short, and the long wait now belongs to an earlier turn. */
function hurry(turn: number, emit: Emit<TrafficLightOutput>): At<'green'> {
  emit({ type: 'wait', milliseconds: 3000, turn })
  return { at: 'green', turn, waiting: true }
}

function slow(turn: number, waiting: boolean, emit: Emit<TrafficLightOutput>): At<'amber'> {
  emit({ type: 'wait', milliseconds: 2000, turn })
  return { at: 'amber', turn, waiting }
}

/** The lamp flashes by itself and needs no clock. The state keeps the turn, so that no old wait ends a new turn. */
function flash({ turn }: { readonly turn: number }): At<'flashing'> {
  return { at: 'flashing', turn }
}
