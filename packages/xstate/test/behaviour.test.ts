/** What a chart does by itself: outputs, timers, actions, refusals; and what its view says. */
import { createRun, handleOutputs, restoreRun } from '@xmachines/core'
import { fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type AnyActorRef,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
} from 'xstate'
import { eventTypesOf, replayed, restored, settled, started } from './running.ts'
import { typesOf } from './types-of.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('the chart names the machine, unless a name is given; without a version or a name it is refused', () => {
  const chart = createMachine({ id: 'light', version: '2' })
  expect(fromXState(chart)).toMatchObject({ name: 'light', version: '2' })
  expect(fromXState(chart, { name: 'lamp', version: '3' })).toMatchObject({ name: 'lamp', version: '3' })
  expect(() => fromXState(createMachine({ id: 'light' }))).toThrow(
    'the chart "light" has no version: add version: \'1\' to it, or give fromXState a version',
  )
  expect(() => fromXState(createMachine({ version: '1' }))).toThrow('the chart has no id')
  expect(() => fromXState({} as never)).toThrow('give it what createMachine returns')
})

test('entry actions of the initial state are outputs of the genesis', async () => {
  const track = vi.fn()
  const chart = setup({
    types: typesOf<{ input: { who: string }; context: { who: string } }>(),
    actions: { track: (_scope, params: { what: string }) => track(params.what) },
  }).createMachine({
    id: 'chart',
    version: '1',
    context: ({ input }) => input,
    entry: { type: 'track', params: ({ context }) => ({ what: `hello ${context.who}` }) },
  })
  const { run } = started(chart, { who: 'Ann' })
  await settled()
  expect([track.mock.calls, run.position, run.snapshot.current.sequence]).toEqual([[['hello Ann']], 1, 0])
  // A restored run does nothing again.
  restored(run, chart)
  await settled()
  expect(track).toHaveBeenCalledTimes(1)
})

test('actions get the context and event of their time, in their order', async () => {
  const done: unknown[] = []
  const chart = setup({
    types: typesOf<{ context: { count: number }; events: { type: 'ADD'; by: number } }>(),
  }).createMachine({
    id: 'chart',
    version: '1',
    context: { count: 0 },
    on: {
      ADD: {
        actions: [
          ({ context, event }) => done.push([context.count, event.by]),
          assign({ count: ({ context, event }) => context.count + event.by }),
          ({ context, self }) => done.push([context.count, self.id, self.getSnapshot().context]),
          log(({ context }) => context, 'now'),
        ],
      },
    },
  })
  const { send, logged } = started(chart)
  await send({ type: 'ADD', by: 5 } as never)
  expect(done).toEqual([
    [0, 5],
    [5, 'chart', { count: 5 }],
  ])
  expect(logged).toEqual(['now', { count: 5 }])
})

test('the chart itself in its context is a marker in the state, and gets what is sent to it', async () => {
  const chart = setup({
    types: typesOf<{ context: { me: AnyActorRef }; events: { type: 'GO' } | { type: 'THERE' } }>(),
  }).createMachine({
    id: 'chart',
    version: '1',
    context: ({ self }) => ({ me: self }),
    initial: 'one',
    states: {
      one: { on: { GO: { actions: sendTo(({ context }) => context.me, { type: 'THERE' }) }, THERE: 'two' } },
      two: {},
    },
  })
  const { run, send, state } = started(chart)
  expect(state().context).toEqual({ me: { xstate$$type: 1, id: 'chart' } })
  const second = restored(run, chart)
  for (const one of [send, second.send]) await one({ type: 'GO' })
  expect([state().value, second.state().value]).toEqual(['two', 'two'])
})

test('an action that sends to its own chart is heard', async () => {
  const chart = createMachine({
    id: 'chart',
    version: '1',
    initial: 'one',
    states: { one: { on: { GO: { actions: ({ self }) => self.send({ type: 'THERE' }) }, THERE: 'two' } }, two: {} },
  })
  const { send, state } = started(chart)
  await send({ type: 'GO' })
  expect(state().value).toBe('two')
})

test('emitted events are outputs', async () => {
  const chart = setup({ types: typesOf<{ emitted: { type: 'beep'; loud: boolean } }>() }).createMachine({
    id: 'chart',
    version: '1',
    on: { PRESS: { actions: emit({ type: 'beep', loud: true }) } },
  })
  const { send, emitted } = started(chart, undefined, ['beep'])
  await send({ type: 'PRESS' })
  expect(emitted).toEqual([{ type: 'beep', loud: true }])
})

const waiting = createMachine({
  id: 'waiting',
  version: '1',
  initial: 'short',
  states: {
    short: { after: { 100: 'long' }, on: { LEAVE: 'end' } },
    long: { after: { 2_160_000_000: 'end' }, on: { LEAVE: 'end' } },
    end: {},
  },
})

test('a delayed transition is taken after its time, once, and also after more than a timer of the platform can wait', async () => {
  const { run, state } = started(waiting)
  await settled()
  await vi.advanceTimersByTimeAsync(99)
  expect(state()).toMatchObject({ value: 'short', timers: { 0: { delay: 100 } } })
  await vi.advanceTimersByTimeAsync(1)
  expect(state().value).toBe('long')
  await vi.advanceTimersByTimeAsync(2_159_999_999)
  expect(state().value).toBe('long')
  await vi.advanceTimersByTimeAsync(1)
  expect(state()).toEqual({ value: 'end', context: {}, status: 'active', count: 2 })
  expect(eventTypesOf(run)).toEqual(['xstate.after.100.waiting.short', 'xstate.after.2160000000.waiting.long'])
})

test('a timer that is left is cleared, and its late event counts for nothing', async () => {
  const { state, send, run } = started(waiting)
  await settled()
  await send({ type: 'LEAVE' })
  expect(vi.getTimerCount()).toBe(0)
  const before = state()
  await send({ type: 'xstate.after.100.waiting.short', 'xstate.from': 0 } as never)
  expect(state()).toBe(before)
  expect(run.snapshot.current.sequence).toBe(2)
})

test('timers wait again in a run that is restored', async () => {
  const first = started(waiting)
  await vi.advanceTimersByTimeAsync(50)
  await first.stop()
  expect(vi.getTimerCount()).toBe(0)
  const second = restored(first.run, waiting)
  await vi.advanceTimersByTimeAsync(100)
  expect(second.state().value).toBe('long')
})

test('two handlings of one run wait once, and one goes on if the other stops', async () => {
  const run = createRun(fromXState(waiting))
  const first = new AbortController()
  const handling = handleOutputs(run, xstateEffects(run, waiting), { signal: first.signal })
  void handleOutputs(run, xstateEffects(run, waiting))
  await settled()
  expect(vi.getTimerCount()).toBe(1)
  first.abort()
  await handling
  await vi.advanceTimersByTimeAsync(100)
  expect(run.state.value).toBe('long')
  expect(run.snapshot.current.sequence).toBe(1)
})

test('making effects starts nothing', async () => {
  const run = createRun(fromXState(waiting))
  xstateEffects(run, waiting)
  await settled()
  expect(vi.getTimerCount()).toBe(0)
})

test('a raised event that is delayed can be cancelled', async () => {
  const chart = createMachine({
    id: 'chart',
    version: '1',
    initial: 'one',
    states: {
      one: {
        entry: [
          raise({ type: 'LATE' }, { id: 'late', delay: 10 }),
          raise({ type: 'LATER' }, { id: 'later', delay: 20 }),
        ],
        on: { STOP: { actions: cancel('late') }, LATE: 'two', LATER: 'three' },
      },
      two: {},
      three: {},
    },
  })
  const { state, send } = started(chart)
  await send({ type: 'STOP' })
  await vi.advanceTimersByTimeAsync(30)
  expect(state().value).toBe('three')
})

const flow = setup({
  types: typesOf<{
    context: { count: number }
    events: { type: 'INC' } | { type: 'NEXT' } | { type: 'BACK' } | { type: 'END' }
    tags: 'working'
  }>(),
  guards: { enough: ({ context }) => context.count > 1 },
}).createMachine({
  id: 'flow',
  version: '1',
  context: { count: 0 },
  initial: 'work',
  states: {
    work: {
      type: 'parallel',
      tags: 'working',
      on: { BACK: 'rest' },
      states: {
        left: { initial: 'a', states: { a: { on: { NEXT: 'b' } }, b: { on: { NEXT: 'c' } }, c: { type: 'final' } } },
        right: {
          initial: 'a',
          states: {
            a: {
              meta: { name: 'right a' },
              on: { INC: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
              always: { guard: 'enough', target: 'b' },
            },
            b: { type: 'final' },
          },
        },
        history: { type: 'history', history: 'deep' },
      },
      onDone: 'done',
    },
    rest: { on: { NEXT: 'work.history' } },
    done: { type: 'final', output: 7 },
  },
  output: ({ event }) => event,
})

test('parallel states, history, always and final are as in XState, and the view shows them', () => {
  const run = createRun(fromXState(flow))
  const view = () => viewOf(flow, run.state)
  expect(view().value).toEqual({ work: { left: 'a', right: 'a' } })
  expect([view().hasTag('working'), view().can({ type: 'END' }), view().can({ type: 'NEXT' })]).toEqual([
    true,
    false,
    true,
  ])
  expect(view().getMeta()).toEqual({ 'flow.work.right.a': { name: 'right a' } })
  run.in.send([{ type: 'NEXT' }, { type: 'BACK' }])
  expect(run.state).toMatchObject({
    value: 'rest',
    history: { 'flow.work.history': ['flow.work.left.b', 'flow.work.right.a'] },
  })
  run.in.send({ type: 'NEXT' })
  expect(view().matches({ work: { left: 'b', right: 'a' } })).toBe(true)
  run.in.send([{ type: 'INC' }, { type: 'INC' }])
  expect(view().matches({ work: { right: 'b' } })).toBe(true)
  run.in.send({ type: 'NEXT' })
  expect(run.snapshot.current).toMatchObject({
    status: 'done',
    state: { value: 'done', status: 'done', output: { output: 7 } },
  })
  expect(replayed(run, flow).head).toBe(run.head)
})

test('regions are in document order also for an event that the chart sends to itself', async () => {
  type Context = { readonly isReady: boolean; readonly order: readonly string[] }
  const next = (what: string) => ({
    guard: ({ context }: { context: Context }) => context.isReady && context.order.length === 0,
    actions: assign({ order: ({ context }: { context: Context }) => [...context.order, what] }),
  })
  const chart = createMachine({
    id: 'chart',
    version: '1',
    types: typesOf<{ context: Context }>(),
    context: { isReady: false, order: [] },
    type: 'parallel',
    on: { NEXT: { actions: assign({ isReady: true }) } },
    states: {
      first: {
        initial: 'here',
        states: {
          // XState then has the new leaf behind that of the second region.
          here: { on: { GO: { target: 'there', actions: sendTo(({ self }) => self, { type: 'NEXT' }) } } },
          there: { always: next('first') },
        },
      },
      second: { always: next('second') },
    },
  })
  const { state, send } = started(chart)
  await send({ type: 'GO' })
  expect(state().context).toEqual({ isReady: true, order: ['first', 'second'] })
})

test('an event of a batch that follows the end of the chart refuses the batch', () => {
  const chart = createMachine({
    id: 'chart',
    version: '1',
    initial: 'a',
    states: { a: { on: { END: 'z' } }, z: { type: 'final' } },
  })
  const run = createRun(fromXState(chart))
  expect(run.in.send([{ type: 'END' }, { type: 'END' }])).toMatchObject({ code: 'RUN_DONE', index: 1 })
  expect(run.state.value).toBe('a')
})

test('a guard, an assign or an initial context that throws is a refusal with its cause, and nothing changes', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const chart = createMachine({
    id: 'chart',
    version: '1',
    context: { count: 1 },
    initial: 'a',
    states: { a: {} },
    on: {
      GUARD: {
        guard: () => {
          throw new Error('no guard')
        },
        target: '.a',
      },
      ASSIGN: {
        actions: assign(() => {
          throw new Error('no assign')
        }),
      },
    },
  })
  const run = createRun(fromXState(chart))
  const state = run.state
  expect(run.in.send({ type: 'GUARD' })).toMatchObject({ code: 'TRANSITION_FAILED' })
  expect(run.in.send({ type: 'ASSIGN' })).toMatchObject({ code: 'TRANSITION_FAILED', cause: { message: 'no assign' } })
  expect(run.state).toBe(state)
  const bad = createMachine({
    id: 'bad',
    version: '1',
    context: () => {
      throw new Error('no context')
    },
  })
  expect(() => createRun(fromXState(bad))).toThrow('no context')
})

test('a context that is no plain data is refused with the path to it', () => {
  const chart = createMachine({ id: 'chart', version: '1', context: { at: new Date(0) } })
  expect(() => createRun(fromXState(chart))).toThrow('context.at is a Date')
})

test('a context that depends on the clock is found in development', () => {
  const chart = createMachine({
    id: 'chart',
    version: '1',
    context: { at: 0 },
    on: { LOOK: { actions: assign({ at: () => Date.now() }) } },
  })
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  expect(createRun(fromXState(chart)).in.send({ type: 'LOOK' })).toMatchObject({ code: 'NONDETERMINISTIC' })
})

test('actions that are enqueued, and named ones of a provided chart, are executed', async () => {
  const done: unknown[] = []
  const chart = setup({ actions: { named: (_scope, _params: { n: number }) => undefined } }).createMachine({
    id: 'chart',
    version: '1',
    on: {
      GO: {
        actions: enqueueActions(({ enqueue }) => {
          enqueue(() => done.push('inline'))
          enqueue({ type: 'named', params: { n: 1 } })
        }),
      },
    },
  })
  const run = createRun(fromXState(chart))
  const here = chart.provide({ actions: { named: ({ event }, params) => done.push([event.type, params]) } })
  void handleOutputs(run, xstateEffects(run, here))
  run.in.send({ type: 'GO' })
  await settled()
  expect(done).toEqual(['inline', ['GO', { n: 1 }]])
})

test('a chart that sends to its parent and has none says so', async () => {
  const chart = createMachine({ id: 'chart', version: '1', on: { GO: { actions: sendParent({ type: 'UP' }) } } })
  const run = createRun(fromXState(chart))
  const handling = handleOutputs(run, xstateEffects(run, chart))
  run.in.send({ type: 'GO' })
  await expect(handling).rejects.toThrow('the chart sends UP to its parent and has none')
  const got: unknown[] = []
  const other = createRun(fromXState(chart))
  void handleOutputs(other, xstateEffects(other, chart, { sendParent: (event) => void got.push(event) }))
  other.in.send({ type: 'GO' })
  await settled()
  expect(got).toEqual([{ type: 'UP' }])
})

test('answers go to the ports that were given', async () => {
  const run = createRun(fromXState(waiting))
  const ports = run.ports({ from: 'start' })
  const sent: unknown[] = []
  const given = { ...ports, in: { send: (event: never) => void sent.push(event) }, snapshot: ports.snapshot }
  const effects = xstateEffects(given, waiting)
  const restart = restoreRun(fromXState(waiting), run.toJSON())
  void handleOutputs(restart, effects as never)
  await vi.advanceTimersByTimeAsync(100)
  expect(sent).toEqual([{ type: 'xstate.after.100.waiting.short', 'xstate.from': 0 }])
})
