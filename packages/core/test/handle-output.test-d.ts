/** A handler that can be cancelled has the types of its output, of the state and of the events. */
import { createRun, defineMachine, handleOutputs } from '@xmachines/core'
import { expectTypeOf, test } from 'vitest'

type State = { at: 'idle' } | { at: 'loading'; query: string }
type Event = { type: 'FOUND'; text: string } | { type: 'SLOW' }
type Output = { type: 'fetch'; query: string } | { type: 'beep' }

const run = createRun(
  defineMachine<State, Event, Output>({ name: 'search', version: '1', initial: { at: 'idle' }, on: {} }),
)

test('each member gets the output of its type, and while and the context the state', () => {
  void handleOutputs(run, {
    fetch: {
      handle: async (output, { signal, key, state }) => {
        expectTypeOf(output).toEqualTypeOf<{ type: 'fetch'; query: string }>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(key).toEqualTypeOf<string>()
        expectTypeOf(state).toEqualTypeOf<State>()
        return { type: 'FOUND', text: output.query }
      },
      while: (state, { query }) => {
        expectTypeOf(state).toEqualTypeOf<State>()
        return state.at === 'loading' && state.query === query
      },
      latest: true,
      timeout: 1000,
      onTimeout: ({ query }) => {
        expectTypeOf(query).toEqualTypeOf<string>()
        return [{ type: 'SLOW' }, { type: 'FOUND', text: query }]
      },
    },
    beep: (_output, { state }) => {
      expectTypeOf(state).toEqualTypeOf<State>()
    },
  })
  void handleOutputs(run.ports(), { fetch: { handle: () => undefined, while: ({ at }) => at === 'loading' } })
})

test('wrong members are type errors', () => {
  // @ts-expect-error -- handle is missing
  void handleOutputs(run, { fetch: { while: () => true } })
  // @ts-expect-error -- no such member
  void handleOutputs(run, { fetch: { handle: () => undefined, until: () => true } })
  // @ts-expect-error -- a while answers with a boolean
  void handleOutputs(run, { fetch: { handle: () => undefined, while: () => 'yes' } })
  // @ts-expect-error -- no such event
  void handleOutputs(run, { fetch: { handle: () => ({ type: 'KNOCK' }) } })
  // @ts-expect-error -- no such event
  void handleOutputs(run, { fetch: { handle: () => undefined, timeout: 1, onTimeout: () => ({ type: 'KNOCK' }) } })
  // @ts-expect-error -- nothing times out
  void handleOutputs(run, { fetch: { handle: () => undefined, onTimeout: () => ({ type: 'SLOW' }) } })
  // @ts-expect-error -- milliseconds are a number
  void handleOutputs(run, { fetch: { handle: () => undefined, timeout: '1 s' } })
  // @ts-expect-error -- no such output
  void handleOutputs(run, { fetched: { handle: () => undefined } })
})
