// The machines that check the requirements.

import { defineMachine, type Machine, refuse, to } from '@xmachines/core'

export type Door = { at: 'closed' } | { at: 'open' } | { at: 'locked'; code: string } | { at: 'gone' }
export type DoorEvent =
  | { type: 'OPEN' }
  | { type: 'CLOSE' }
  | { type: 'LOCK'; code: string }
  | { type: 'UNLOCK'; code: string }
  | { type: 'REMOVE' }
export type DoorOutput = { type: 'alarm'; tried: string }

/** A door with an alarm. Its run is done when the door is gone. */
export const door: Machine<Door, DoorEvent, DoorOutput> = defineMachine<Door, DoorEvent, DoorOutput>({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: {
    closed: { OPEN: 'open', LOCK: (_door, event) => ({ at: 'locked', code: event.code }), REMOVE: 'gone' },
    open: { CLOSE: 'closed' },
    locked: {
      UNLOCK: to(['closed', 'locked'], (state, event, emit) => {
        if (event.code === state.code) return { at: 'closed' }
        emit({ type: 'alarm', tried: event.code })
        return state
      }),
    },
    gone: {},
  },
  final: ['gone'],
})

export type Sum = { readonly total: number; readonly from: readonly string[] }
export type SumEvent =
  | { type: 'ADD'; by: number; from?: string }
  | { type: 'FAIL' }
  | { type: 'BREAK' }
  | { type: 'FINISH' }
export type SumOutput = { type: 'total'; total: number }

/** Emits the total after each ADD, refuses FAIL, and has a fatal error on BREAK. */
export const sum: Machine<Sum, SumEvent, SumOutput> = defineMachine<Sum, SumEvent, SumOutput>({
  name: 'sum',
  version: '1',
  initial: { total: 0, from: [] },
  transition: (state, event, emit) => {
    if (event.type === 'FAIL') refuse('asked to fail')
    if (event.type === 'BREAK') refuse('asked to break')
    if (event.type === 'FINISH') return { total: -1, from: state.from }
    const total = state.total + event.by
    emit({ type: 'total', total })
    return { total, from: event.from === undefined ? state.from : [...state.from, event.from] }
  },
  isDone: ({ total }) => total === -1,
  isFatal: ({ reason }) => reason === 'asked to break',
})

/** A machine that is never done. */
export const counter: Machine<number, { type: 'INC' }> = defineMachine<number, { type: 'INC' }>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count) => count + 1 },
})

/** Options that make an id repeatable. */
export const repeatable: { createdAt: number; nonce: Uint8Array } = {
  createdAt: 1_700_000_000,
  nonce: new Uint8Array(16),
}
