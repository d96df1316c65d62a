// Machines that several tests drive.

import { createRun, defineMachine, type Machine, type MachineDefinition, type Run, to } from '@xmachines/core'

export type Door = { at: 'closed' } | { at: 'open' } | { at: 'locked'; code: string }
export type DoorEvent =
  | { type: 'OPEN' }
  | { type: 'CLOSE' }
  | { type: 'LOCK'; code: string }
  | { type: 'UNLOCK'; code: string }
export type DoorOutput = { type: 'alarm'; tried: string }

export const door: Machine<Door, DoorEvent, DoorOutput> = defineMachine<Door, DoorEvent, DoorOutput>({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: {
    closed: { OPEN: 'open', LOCK: (_door, event) => ({ at: 'locked', code: event.code }) },
    open: { CLOSE: 'closed' },
    locked: {
      UNLOCK: to(['closed', 'locked'], (state, event, emit) => {
        if (event.code === state.code) return { at: 'closed' }
        emit({ type: 'alarm', tried: event.code })
        return state
      }),
    },
  },
})

export type TallyEvent = { type: 'ADD'; by: number } | { type: 'FAIL' } | { type: 'BREAK' } | { type: 'FINISH' }
export type TallyOutput = { type: 'total'; total: number }

/** Adds and tells; fails, ends for good and completes when it is asked to. */
export const tally: Machine<number, TallyEvent, TallyOutput> = defineMachine<number, TallyEvent, TallyOutput>({
  name: 'tally',
  version: '1',
  initial: 0,
  on: {
    ADD: (total, event, emit) => {
      emit({ type: 'total', total: total + event.by })
      return total + event.by
    },
    FAIL: () => {
      throw new Error('asked to fail')
    },
    BREAK: () => {
      throw new Error('asked to break')
    },
    FINISH: () => -1,
  },
  isDone: (total) => total === -1,
  isFatal: (error) => error.message.includes('asked to break'),
})

export const add = (by = 1): TallyEvent => ({ type: 'ADD', by })
export const fail: TallyEvent = { type: 'FAIL' }
export const breaks: TallyEvent = { type: 'BREAK' }
export const finish: TallyEvent = { type: 'FINISH' }

/** What makes an id repeatable. */
export const repeatable: { createdAt: number; nonce: Uint8Array } = {
  createdAt: 1_700_000_000,
  nonce: Uint8Array.from({ length: 16 }, (_, at) => at),
}

type AnyEvent = { type: string; value?: unknown }

/** A run of a machine with one handler, which may do anything. */
export function runOf(
  handle: (state: any, event: any, emit: (output: any) => void) => unknown,
  more: Partial<MachineDefinition<any, AnyEvent, any, any>> = {},
): Run<any, AnyEvent, any, any> {
  return createRun(machineOf(handle, more))
}

/** A machine with one handler, which may do anything. */
export function machineOf(
  handle: (state: any, event: any, emit: (output: any) => void) => unknown,
  more: Partial<MachineDefinition<any, AnyEvent, any, any>> = {},
): Machine<any, AnyEvent, any, any> {
  const definition = { name: 'one', version: '1', initial: 0, transition: handle, ...more }
  return defineMachine(definition as MachineDefinition<any, AnyEvent, any, any>)
}

/** A run of `tally` with three batches and four outputs. */
export function tallyRun() {
  const run = createRun(tally)
  run.in.send(add(1))
  run.in.send([add(2), add(3)])
  run.in.send(add(4))
  return run
}
