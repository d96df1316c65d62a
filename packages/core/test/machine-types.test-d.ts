/** Machines whose types are given by their names: as strict as those whose types are given in order. */
import { createRun, defineMachine, type Machine, type MachineDefinition, to } from '@xmachines/core'
import { expectTypeOf, test } from 'vitest'

type State = { at: 'idle' } | { at: 'busy'; job: string } | { at: 'done'; result: number }
type Event = { type: 'START'; job: string } | { type: 'FINISH'; result: number } | { type: 'RESET' }
type Output = { type: 'work'; job: string }
const common = { name: 'm', version: '1', initial: { at: 'idle' } as const }

test('each type but state and event may be left out', () => {
  const plain = defineMachine<{ state: State; event: Event }>()({ ...common, on: {} })
  expectTypeOf(plain).toEqualTypeOf<Machine<State, Event>>()
  const emitting = defineMachine<{ state: State; event: Event; output: Output }>()({ ...common, on: {} })
  expectTypeOf(emitting).toEqualTypeOf<Machine<State, Event, Output>>()
  const taking = defineMachine<{ state: State; event: Event; input: { job: string } }>()({
    ...common,
    initial: ({ job }) => ({ at: 'busy', job }),
    on: {},
  })
  expectTypeOf(taking).toEqualTypeOf<Machine<State, Event, never, { job: string }>>()
  createRun(taking, { input: { job: 'a' } })
  // @ts-expect-error it takes an input
  createRun(taking)
  const all = defineMachine<{ state: State; event: Event; output: Output; input: { job: string } }>()
  expectTypeOf(all).parameters.toEqualTypeOf<[MachineDefinition<State, Event, Output, { job: string }>]>()
  expectTypeOf(all).returns.toEqualTypeOf<Machine<State, Event, Output, { job: string }>>()
})

test('a handler’s state and event are narrowed by the table it stands in', () => {
  defineMachine<{ state: State; event: Event; output: Output }>()({
    ...common,
    states: {
      idle: {
        START: (state, event, emit) => {
          expectTypeOf(state).toEqualTypeOf<{ at: 'idle' }>()
          expectTypeOf(event).toEqualTypeOf<{ type: 'START'; job: string }>()
          expectTypeOf(emit).parameters.toEqualTypeOf<[Output]>()
          return { at: 'busy', job: event.job }
        },
      },
      busy: { FINISH: to(['done'], (_state, { result }) => ({ at: 'done', result })), RESET: 'idle' },
      done: {},
    },
    final: ['done'],
  })
})

test('what the other form refuses does not compile in this one', () => {
  const define = defineMachine<{ state: State; event: Event }>()
  define({
    ...common,
    states: {
      idle: {
        // @ts-expect-error this state has data, and a bare name has none
        START: 'busy',
        // @ts-expect-error no state has this name
        FINISH: 'nowhere',
        // @ts-expect-error job is missing
        RESET: () => ({ at: 'busy' }),
      },
      busy: {
        // @ts-expect-error no event has this type
        STOP: 'idle',
        RESET: (_state, _event, emit) => {
          // @ts-expect-error a machine has no outputs unless it names them
          emit({ type: 'work', job: 'a' })
          return { at: 'idle' }
        },
      },
      done: {},
    },
  })
  // @ts-expect-error every state has its table
  define({ ...common, states: { idle: {}, busy: {} } })
  // @ts-expect-error no state has this name
  define({ ...common, initial: { at: 'nowhere' }, on: {} })
  // @ts-expect-error no state has this name
  define({ ...common, final: ['nowhere'], on: {} })
})

test('the names and the types are checked', () => {
  // @ts-expect-error a machine has events
  defineMachine<{ state: State }>()
  // @ts-expect-error the name is output
  defineMachine<{ state: State; event: Event; outputs: Output }>()
  // @ts-expect-error an event has a type
  defineMachine<{ state: State; event: { name: string } }>()
  // @ts-expect-error a Date is no plain data
  defineMachine<{ state: { when: Date }; event: Event }>()
  // @ts-expect-error a Date is no plain data
  defineMachine<{ state: State; event: Event; input: { when: Date } }>()
})

test('a generic function may name types that it does not know', () => {
  const holding = <Item>() =>
    defineMachine<{ state: { items: readonly Item[] }; event: { type: 'ADD'; item: Item }; input: Item }>()({
      name: 'list',
      version: '1',
      initial: (item) => ({ items: [item] }),
      on: { ADD: ({ items }, { item }) => ({ items: [...items, item] }) },
    })
  expectTypeOf(createRun(holding<number>(), { input: 1 }).state).toEqualTypeOf<{ items: readonly number[] }>()
})
