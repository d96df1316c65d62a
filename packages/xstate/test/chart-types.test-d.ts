/** What the compiler says of a chart's run: a mistake is an error. */
import { createRun, type EventOf, handleOutputs, type InputOf, type StateOf } from '@xmachines/core'
import { fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import { expectTypeOf, test } from 'vitest'
import { createMachine, setup } from 'xstate'
import { typesOf } from './types-of.ts'

const chart = setup({
  types: typesOf<{
    context: { count: number }
    events: { type: 'ADD'; by: number } | { type: 'STOP' }
    input: { from: number }
    tags: 'busy'
    output: { total: number }
    emitted: { type: 'beep'; loud: boolean }
  }>(),
  actions: { track: (_scope, _params: { what: string }) => undefined },
}).createMachine({
  id: 'chart',
  version: '1',
  context: ({ input }) => ({ count: input.from }),
  initial: 'on',
  states: { on: { on: { STOP: 'off' } }, off: { type: 'final' } },
  output: ({ context }) => ({ total: context.count }),
})
const machine = fromXState(chart)
const run = createRun(machine, { input: { from: 1 } })

test('the input, the context and the output are those of the chart', () => {
  expectTypeOf<InputOf<typeof machine>>().toEqualTypeOf<{ from: number }>()
  expectTypeOf<StateOf<typeof machine>['context']>().toEqualTypeOf<{ count: number }>()
  expectTypeOf(run.state.output).toEqualTypeOf<{ total: number } | undefined>()
  expectTypeOf(run.state.value).toEqualTypeOf<'on' | 'off'>()
  // @ts-expect-error -- the chart takes input
  createRun(machine)
  // @ts-expect-error -- the input has a number
  createRun(machine, { input: { from: '1' } })
  // A chart that declares no input takes none.
  createRun(fromXState(createMachine({ id: 'light', version: '1' })))
})

test('events are those of the chart, and the answers of its children', () => {
  run.in.send({ type: 'ADD', by: 1 })
  run.in.send({ type: 'xstate.done.actor.child', 'xstate.from': 0 })
  // @ts-expect-error -- a typing mistake
  run.in.send({ type: 'ADDED', by: 1 })
  // @ts-expect-error -- without its payload
  run.in.send({ type: 'ADD' })
  expectTypeOf<{ type: 'STOP' }>().toExtend<EventOf<typeof machine>>()
})

test('handlers know emitted events, and named actions with their params', () => {
  void handleOutputs(run, {
    ...xstateEffects(run, chart),
    beep: ({ loud }) => {
      expectTypeOf(loud).toEqualTypeOf<boolean>()
    },
    'xstate.action': ({ action, params }) => {
      expectTypeOf(action).toEqualTypeOf<'track'>()
      expectTypeOf(params).toEqualTypeOf<{ what: string }>()
    },
  })
  void handleOutputs(run, {
    ...xstateEffects(run, chart),
    // @ts-expect-error -- the chart emits no such event
    boop: () => undefined,
  })
})

test('a view knows the states, tags and events', () => {
  const view = viewOf(chart, run.state)
  view.matches('on')
  view.hasTag('busy')
  view.can({ type: 'STOP' })
  // @ts-expect-error -- no such state
  view.matches('gone')
  // @ts-expect-error -- no such tag
  view.hasTag('idle')
  // @ts-expect-error -- no such event
  view.can({ type: 'START' })
})
