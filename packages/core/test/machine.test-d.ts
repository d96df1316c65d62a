/** What a definition of a machine compiles with, and what it does not. */
import { defineMachine, type RunError, refuse, to } from '@xmachines/core'
import { expectTypeOf, test } from 'vitest'

type State = { at: 'idle' } | { at: 'busy'; job: string } | { at: 'done'; result: number }
type Event = { type: 'START'; job: string } | { type: 'FINISH'; result: number } | { type: 'RESET' }
type Output = { type: 'work'; job: string }
const common = { name: 'm', version: '1', initial: { at: 'idle' } as const }

test('a handler’s state and event are narrowed by the table it stands in', () => {
  defineMachine<State, Event, Output>({
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
      busy: {
        FINISH: to(['done', 'idle'], (state, event) => {
          expectTypeOf(state).toEqualTypeOf<{ at: 'busy'; job: string }>()
          expectTypeOf(event).toEqualTypeOf<{ type: 'FINISH'; result: number }>()
          return event.result > 0 ? { at: 'done', result: event.result } : { at: 'idle' }
        }),
        RESET: 'idle',
      },
      done: {},
    },
    on: {
      RESET: (state, event) => {
        expectTypeOf(state).toEqualTypeOf<State>()
        expectTypeOf(event).toEqualTypeOf<{ type: 'RESET' }>()
        return { at: 'idle' }
      },
    },
    final: ['done'],
    isDone: (state) => {
      expectTypeOf(state).toEqualTypeOf<State>()
      return false
    },
    isFatal: (error, snapshot) => {
      expectTypeOf(snapshot.state).toEqualTypeOf<State>()
      return error.code === 'TRANSITION_FAILED'
    },
  })
})

test('a handler of to may go to one of its targets, to all, or stay where that is one', () => {
  defineMachine<State, Event>({
    ...common,
    states: {
      idle: { START: to(['busy', 'done'], (_state, event) => ({ at: 'busy', job: event.job })) },
      busy: { RESET: to(['busy', 'idle'], (state) => state), FINISH: to(['idle'], () => ({ at: 'idle' })) },
      done: {},
    },
  })
})

test('states that do not exist do not compile', () => {
  defineMachine<State, Event>({
    ...common,
    states: {
      idle: {
        // @ts-expect-error no state has this name
        START: 'nowhere',
        // @ts-expect-error no state has this name
        FINISH: to(['nowhere'], () => ({ at: 'idle' })),
        // @ts-expect-error no state has this name
        RESET: () => ({ at: 'nowhere' }),
      },
      busy: {},
      done: {},
    },
    // @ts-expect-error no state has this name
    final: ['nowhere'],
  })
  // @ts-expect-error no state has this name
  defineMachine<State, Event>({ ...common, states: { idle: {}, busy: {}, done: {}, nowhere: {} } })
  // @ts-expect-error every state has its table
  defineMachine<State, Event>({ ...common, states: { idle: {}, busy: {} } })
  // @ts-expect-error no state has this name
  defineMachine<State, Event>({ ...common, initial: { at: 'nowhere' }, on: {} })
})

test('states without their data do not compile', () => {
  defineMachine<State, Event>({
    ...common,
    states: {
      idle: {
        // @ts-expect-error this state has data, and a bare name has none
        START: 'busy',
        // @ts-expect-error job is missing
        FINISH: () => ({ at: 'busy' }),
        // @ts-expect-error job is missing
        RESET: to(['busy'], () => ({ at: 'busy' })),
      },
      busy: {
        // @ts-expect-error result is a number
        FINISH: () => ({ at: 'done', result: 'much' }),
      },
      done: {},
    },
  })
  // @ts-expect-error job is missing
  defineMachine<State, Event>({ ...common, initial: { at: 'busy' }, on: {} })
})

test('a handler of to that goes elsewhere does not compile', () => {
  defineMachine<State, Event>({
    ...common,
    states: {
      idle: {
        // @ts-expect-error it declares done
        START: to(['done'], (_state, event) => ({ at: 'busy', job: event.job })),
        // @ts-expect-error it stays, and declares busy
        RESET: to(['busy'], (state) => state),
      },
      busy: {},
      done: {},
    },
  })
})

test('events that do not exist, and payloads they do not have, do not compile', () => {
  defineMachine<State, Event>({
    ...common,
    states: {
      idle: {
        // @ts-expect-error no event has this type
        STOP: 'idle',
        // @ts-expect-error this event has no result
        START: (_state, event) => ({ at: 'done', result: event.result }),
        // @ts-expect-error this state has no job
        RESET: (state) => ({ at: 'busy', job: state.job }),
      },
      busy: {},
      done: {},
    },
    // @ts-expect-error no event has this type
    on: { STOP: 'idle' },
  })
})

test('outputs that do not exist do not compile', () => {
  defineMachine<State, Event, Output>({
    ...common,
    on: {
      START: (state, _event, emit) => {
        // @ts-expect-error no output has this type
        emit({ type: 'rest' })
        // @ts-expect-error job is missing
        emit({ type: 'work' })
        emit({ type: 'work', job: 'a' })
        return state
      },
    },
  })
  defineMachine<State, Event>({
    ...common,
    on: {
      START: (state, _event, emit) => {
        // @ts-expect-error a machine has no outputs unless it names them
        emit({ type: 'work', job: 'a' })
        return state
      },
    },
  })
})

test('a transition stands instead of states and on, not beside them', () => {
  defineMachine<number, Event>({ name: 'm', version: '1', initial: 0, transition: (count) => count + 1 })
  // @ts-expect-error one or the other
  defineMachine<number, Event>({ name: 'm', version: '1', initial: 0, transition: (count) => count, on: {} })
})

test('refuse never returns, and an error has what it was given', () => {
  expectTypeOf(refuse).returns.toBeNever()
  expectTypeOf<RunError['reason']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<RunError['details']>().toBeUnknown()
  defineMachine<State, Event>({
    ...common,
    states: {
      idle: { START: () => refuse('not now') },
      busy: {
        FINISH: to(['done'], (_state, { result }) => (result > 0 ? { at: 'done', result } : refuse('no result'))),
      },
      done: {},
    },
    unhandled: 'refuse',
  })
  // @ts-expect-error a reason is text
  expectTypeOf(() => refuse(5)).toBeFunction()
  // @ts-expect-error there is no other value
  defineMachine<number, Event>({ ...common, initial: 0, on: {}, unhandled: 'ignore' })
  // @ts-expect-error a transition handles every event
  defineMachine<number, Event>({ ...common, initial: 0, transition: (state) => state, unhandled: 'refuse' })
})
