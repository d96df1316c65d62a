/** Children of a chart: they are started, stopped and answered as XState does it, and again after a restart. */
import { createRun, handleOutputs } from '@xmachines/core'
import { handleShared, memoryStore, openShared, recordRun } from '@xmachines/core/store'
import { asRun, fromXState, xstateEffects } from '@xmachines/xstate'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type AnyActorRef,
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  type Observer,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate'
import { eventTypesOf, replayed, restored, settled, started } from './running.ts'
import { typesOf } from './types-of.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('a promise gets its input, and its output or error is an event, with what of an error is plain data', async () => {
  const chart = setup({
    types: typesOf<{ context: { got: number; why: unknown } }>(),
    actors: {
      double: fromPromise(async ({ input }: { input: number }) => {
        if (input < 0) throw Object.assign(new RangeError('below zero'), { code: 'NEGATIVE', at: new Date(0) })
        return input * 2
      }),
    },
  }).createMachine({
    id: 'chart',
    version: '1',
    context: { got: 0, why: null },
    initial: 'first',
    states: {
      first: {
        invoke: {
          src: 'double',
          input: 21,
          onDone: { target: 'second', actions: assign({ got: ({ event }) => event.output }) },
        },
      },
      second: {
        invoke: {
          id: 'bad',
          src: 'double',
          input: -1,
          onError: { target: 'end', actions: assign({ why: ({ event }) => event.error }) },
        },
      },
      end: {},
    },
  })
  const { run, state } = started(chart)
  await settled()
  const why = { name: 'RangeError', message: 'below zero', code: 'NEGATIVE' }
  expect(state()).toMatchObject({ value: 'end', context: { got: 42, why } })
  expect(state().context).not.toHaveProperty('why.at')
  expect(eventTypesOf(run)).toEqual(['xstate.done.actor.0.chart.first', 'xstate.error.actor.bad'])
  expect(replayed(run, chart).head).toBe(run.head)
})

test('an error that nothing handles ends the chart, and says why', async () => {
  const chart = setup({ actors: { fails: fromPromise(() => Promise.reject(new Error('no network'))) } }).createMachine({
    id: 'chart',
    version: '1',
    initial: 'asking',
    states: { asking: { invoke: { src: 'fails' } } },
  })
  const { run, state } = started(chart)
  await settled()
  expect(run.snapshot.current.status).toBe('done')
  expect(state()).toMatchObject({ status: 'error', error: { name: 'Error', message: 'no network' } })
})

test('a chart that ends with the error of a child stops its other children and timers, and its handling settles', async () => {
  const seen: string[] = []
  const chart = setup({
    actors: {
      fails: fromPromise(() => Promise.reject(new Error('no network'))),
      idle: fromCallback(
        ({ input }) =>
          () =>
            seen.push(`stopped ${input as string}`),
      ),
    },
  }).createMachine({
    id: 'chart',
    version: '1',
    entry: spawnChild('idle', { input: 'spawned' }),
    initial: 'asking',
    states: {
      asking: { invoke: [{ src: 'idle', input: 'invoked' }, { src: 'fails' }], after: { 1000: 'asking' } },
    },
  })
  const run = createRun(fromXState(chart))
  const settles = vi.fn()
  void handleOutputs(run, xstateEffects(run, chart)).then(settles)
  await settled()
  expect(run.state).toMatchObject({ status: 'error', error: { message: 'no network' } })
  expect(settles).toHaveBeenCalledTimes(1)
  expect(seen).toEqual(['stopped spawned', 'stopped invoked'])
  expect(vi.getTimerCount()).toBe(0)
  // Each version of XState asks for the same, or a run could not go on with another.
  const outputs: unknown[] = []
  await replayed(run, chart)
    .ports({ from: 'start' })
    .out.pipeTo(new WritableStream({ write: (output) => void outputs.push(output) }))
  expect(outputs.slice(-3)).toEqual([0, 1, 2].map((number) => ({ type: 'xstate.stop', number })))
})

test('an answer that is no plain data is an error that names it', async () => {
  const chart = setup({
    types: typesOf<{ context: { why: string } }>(),
    actors: { when: fromPromise(async () => ({ at: new Date(0) })) },
  }).createMachine({
    id: 'chart',
    version: '1',
    context: { why: '' },
    invoke: {
      id: 'when',
      src: 'when',
      onError: { actions: assign({ why: ({ event }) => (event.error as Error).message }) },
    },
  })
  const { state } = started(chart)
  await settled()
  expect(state().context).toEqual({
    why: 'the child "when" answered with what is no plain data: event.output.at is an instance of Date',
  })
})

const ticking = setup({
  types: typesOf<{ context: { ticks: number } }>(),
  actors: {
    ticker: fromCallback(({ sendBack, receive }) => {
      const timer = setInterval(() => sendBack({ type: 'TICK' }), 100)
      receive(({ type }) => type === 'FASTER' && sendBack({ type: 'TICK' }))
      return () => clearInterval(timer)
    }),
  },
}).createMachine({
  id: 'ticking',
  version: '1',
  context: { ticks: 0 },
  initial: 'on',
  states: {
    on: {
      invoke: { id: 'ticker', src: 'ticker' },
      on: {
        TICK: { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) },
        PUSH: { actions: sendTo('ticker', { type: 'FASTER' }) },
        STOP: 'off',
        AGAIN: { target: 'on', reenter: true },
      },
    },
    off: {},
  },
})

test('a callback sends events back until its state is left, and takes events', async () => {
  const { state, send, run } = started(ticking)
  await vi.advanceTimersByTimeAsync(250)
  await send({ type: 'PUSH' })
  expect(state().context).toEqual({ ticks: 3 })
  await send({ type: 'STOP' })
  await vi.advanceTimersByTimeAsync(500)
  expect(state()).toEqual({ value: 'off', context: { ticks: 3 }, status: 'active', count: 1 })
  expect(run.toJSON().records.at(1)).toMatchObject({ events: [{ type: 'TICK', 'xstate.from': 0 }] })
  expect(vi.getTimerCount()).toBe(0)
})

test('an event of an earlier child of the same name counts for nothing', async () => {
  const { state, send } = started(ticking)
  await send({ type: 'AGAIN' }, { type: 'TICK', 'xstate.from': 0 } as never)
  expect(state().context).toEqual({ ticks: 0 })
  await send({ type: 'TICK', 'xstate.from': 1 } as never)
  expect(state().context).toEqual({ ticks: 1 })
  await vi.advanceTimersByTimeAsync(100)
  expect(state().context).toEqual({ ticks: 2 })
})

test('children are started again in a run that is restored, and those of the process that stopped are gone', async () => {
  const first = started(ticking)
  await vi.advanceTimersByTimeAsync(100)
  await first.stop()
  expect(vi.getTimerCount()).toBe(0)
  const second = restored(first.run, ticking)
  await vi.advanceTimersByTimeAsync(200)
  expect(second.state().context).toEqual({ ticks: 3 })
  expect(first.state().context).toEqual({ ticks: 1 })
})

test('an observable gives its snapshots, and a transition function its context', async () => {
  const chart = setup({
    types: typesOf<{ context: { seen: unknown[] } }>(),
    actors: {
      numbers: fromObservable(() => ({
        subscribe: (given: Observer<number> | ((value: number) => void)) => {
          const observer = given as Observer<number>
          observer.next?.(1)
          observer.next?.(2)
          observer.complete?.()
          return { unsubscribe: () => undefined }
        },
      })),
      counter: fromTransition((count: number, { type }) => (type === 'UP' ? count + 1 : count), 0),
    },
  }).createMachine({
    id: 'chart',
    version: '1',
    context: { seen: [] },
    initial: 'observing',
    states: {
      observing: {
        invoke: {
          src: 'numbers',
          onSnapshot: {
            actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context ?? 0] }),
          },
          onDone: 'counting',
        },
      },
      counting: {
        entry: sendTo('counter', { type: 'UP' }),
        invoke: {
          id: 'counter',
          src: 'counter',
          onSnapshot: {
            actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context ?? 0] }),
          },
        },
      },
    },
  })
  const { state, run } = started(chart)
  await settled()
  expect(state()).toMatchObject({ value: 'counting' })
  expect((state().context as { seen: unknown[] }).seen.at(-1)).toBe(1)
  expect((state().context as { seen: unknown[] }).seen).toContain(2)
  expect(replayed(run, chart).head).toBe(run.head)
})

const ponged = setup({
  types: typesOf<{ context: { child: AnyActorRef | null; pongs: number } }>(),
  actors: {
    ponger: createMachine({ on: { PING: { actions: sendParent({ type: 'PONG' }) } } }),
  },
}).createMachine({
  id: 'ponged',
  version: '1',
  context: { child: null, pongs: 0 },
  on: {
    SPAWN: { actions: assign({ child: ({ spawn }) => spawn('ponger') as AnyActorRef }) },
    PING: { actions: sendTo(({ context }) => context.child as AnyActorRef, { type: 'PING' }) },
    PONG: { actions: assign({ pongs: ({ context }) => context.pongs + 1 }) },
    STOP: { actions: stopChild(({ context }) => context.child as AnyActorRef) },
  },
})

test('an actor in the context is a marker in the state, and is sent to also after a restart', async () => {
  const first = started(ponged)
  await first.send({ type: 'SPAWN' }, { type: 'PING' })
  expect(first.state()).toEqual({
    value: {},
    context: { child: { xstate$$type: 1, id: 'x:0', number: 0 }, pongs: 1 },
    status: 'active',
    children: { 'x:0': { number: 0, src: 'ponger' } },
    count: 1,
  })
  await first.stop()
  const second = restored(first.run, ponged)
  await second.send({ type: 'PING' })
  expect(second.state().context).toMatchObject({ pongs: 2 })
  await second.send({ type: 'STOP' }, { type: 'PING' })
  expect(second.state()).toMatchObject({ context: { pongs: 2 } })
  expect(second.state()).not.toHaveProperty('children')
})

test('children without an id have ids that are the same in every replay', async () => {
  const chart = setup({ actors: { idle: fromCallback(() => undefined) } }).createMachine({
    id: 'chart',
    version: '1',
    entry: [spawnChild('idle'), spawnChild('idle')],
  })
  const { state, run } = started(chart)
  await settled()
  expect(Object.keys(state().children ?? {})).toEqual(['x:0', 'x:1'])
  expect(replayed(run, chart).state).toEqual(run.state)
})

test('a child that is spawned from a value runs in the process that knows the value', async () => {
  const chart = createMachine({
    id: 'chart',
    version: '1',
    context: { got: 0 },
    entry: spawnChild(
      fromPromise(async () => 7),
      { id: 'inline' },
    ),
    on: { 'xstate.done.actor.inline': { actions: assign({ got: ({ event }) => event['output'] as number }) } },
  } as never)
  const { state } = started(chart)
  await settled()
  expect(state().context).toEqual({ got: 7 })
})

test('a child gets what exit actions send to it before it is stopped', async () => {
  const seen: string[] = []
  const chart = setup({
    actors: {
      child: fromCallback(({ receive }) => {
        receive(({ type }) => seen.push(type))
        return () => seen.push('stopped')
      }),
    },
  }).createMachine({
    id: 'chart',
    version: '1',
    initial: 'in',
    states: {
      in: { invoke: { id: 'child', src: 'child' }, exit: sendTo('child', { type: 'BYE' }), on: { OUT: 'out' } },
      out: {},
    },
  })
  const { send } = started(chart)
  await settled()
  await send({ type: 'OUT' })
  expect(seen).toEqual(['BYE', 'stopped'])
})

test('a delayed event goes to the child that it was sent to, not to a later one of the same name', async () => {
  const seen: string[] = []
  const chart = setup({
    actors: {
      child: fromCallback(({ receive, input }) => receive(({ type }) => seen.push(`${type} ${input as string}`))),
    },
  }).createMachine({
    id: 'chart',
    version: '1',
    initial: 'one',
    states: {
      one: {
        invoke: { id: 'child', src: 'child', input: 'one' },
        entry: sendTo('child', { type: 'HELLO' }, { delay: 10 }),
        on: { NEXT: 'two' },
      },
      two: {
        invoke: { id: 'child', src: 'child', input: 'two' },
        entry: sendTo('child', { type: 'HELLO' }, { delay: 20 }),
      },
    },
  })
  const { send } = started(chart)
  await send({ type: 'NEXT' })
  await vi.advanceTimersByTimeAsync(50)
  expect(seen).toEqual(['HELLO two'])
})

test('children are started, sent to and stopped after the actions of a step, as XState does it', async () => {
  const runAll = async (start: (chart: AnyStateMachine) => (event: { type: string }) => unknown): Promise<string[]> => {
    const seen: string[] = []
    const chart = setup({
      actors: {
        child: fromCallback(({ input, receive }) => {
          seen.push(`start ${input as string}`)
          receive(({ type }) => seen.push(`${type} for ${input as string}`))
          return () => seen.push(`stop ${input as string}`)
        }),
      },
      actions: { see: (_scope, params: { what: string }) => void seen.push(params.what) },
    }).createMachine({
      id: 'chart',
      version: '1',
      initial: 'in',
      invoke: { id: 'outer', src: 'child', input: 'outer' },
      states: {
        in: {
          entry: [sendTo('outer', { type: 'HI' }), { type: 'see', params: { what: 'in' } }],
          invoke: { id: 'inner', src: 'child', input: 'inner' },
          exit: [sendTo('inner', { type: 'BYE' }), { type: 'see', params: { what: 'out' } }],
          on: { LEAVE: { target: 'end', actions: { type: 'see', params: { what: 'leave' } } } },
        },
        end: { entry: { type: 'see', params: { what: 'end' } } },
      },
    })
    const send = start(chart)
    await settled()
    send({ type: 'LEAVE' })
    await settled()
    return seen
  }
  const here = await runAll((chart) => (event) => started(chart).send(event))
  const there = await runAll((chart) => {
    const actor = createActor(chart).start()
    return (event) => actor.send(event)
  })
  expect(here).toEqual(there)
  expect(here.slice(-5)).toEqual(['out', 'leave', 'end', 'BYE for inner', 'stop inner'])
})

test('an actor in an event of a child is that child; an actor that the chart does not have takes nothing', async () => {
  const seen: string[] = []
  const chart = setup({
    types: typesOf<{
      context: { child: AnyActorRef | null; other: AnyActorRef | null; self: AnyActorRef | null }
      events:
        | { type: 'ME'; me: AnyActorRef; own: AnyActorRef; parent: AnyActorRef }
        | { type: 'ASK' }
        | { type: 'HEARD' }
    }>(),
    actors: {
      child: createMachine({
        context: ({ spawn }) => ({
          own: spawn(
            fromCallback(() => undefined),
            { id: 'own' },
          ),
        }),
        entry: sendParent(({ context, self }) => ({ type: 'ME', me: self, own: context.own, parent: self._parent })),
        on: { ASK: { actions: [() => seen.push('asked'), sendParent({ type: 'HEARD' })] } },
      }),
    },
  }).createMachine({
    id: 'chart',
    version: '1',
    context: { child: null, other: null, self: null },
    invoke: { id: 'child', src: 'child' },
    on: {
      ME: { actions: assign(({ event }) => ({ child: event.me, other: event.own, self: event.parent })) },
      ASK: {
        actions: [
          sendTo(({ context }) => context.child as AnyActorRef, { type: 'ASK' }),
          sendTo(({ context }) => context.other as AnyActorRef, { type: 'ASK' }),
        ],
      },
      HEARD: { actions: ({ context, self }) => seen.push(`heard ${String(context.self === self)}`) },
    },
  })
  const { state, send, run } = started(chart)
  await settled()
  expect(state().context).toEqual({
    child: { xstate$$type: 1, id: 'child', number: 0 },
    other: { xstate$$type: 1, id: 'own', number: -1 },
    self: { xstate$$type: 1, id: 'chart' },
  })
  await send({ type: 'ASK' })
  expect(seen).toEqual(['asked', 'heard true'])
  expect(replayed(run, chart).state).toEqual(run.state)
})

test('an action that sends to a child itself reaches it also in the step that spawns it, and nobody once it has stopped', async () => {
  const seen: string[] = []
  const chart = setup({
    types: typesOf<{ context: { child: AnyActorRef | null } }>(),
    actors: { child: fromCallback(({ receive }) => receive(({ type }) => seen.push(`child got ${type}`))) },
  }).createMachine({
    id: 'chart',
    version: '1',
    context: { child: null },
    on: {
      SPAWN: {
        actions: [
          assign({ child: ({ spawn }) => spawn('child') }),
          ({ context }) => context.child?.send({ type: 'HELLO' }),
        ],
      },
      STOP: {
        actions: [
          stopChild(({ context }) => context.child as AnyActorRef),
          ({ context }) => context.child?.send({ type: 'BYE' }),
        ],
      },
      SEND: { actions: ({ context }) => context.child?.send({ type: 'LATE' }) },
      '*': { actions: ({ event }) => seen.push(`chart got ${event.type}`) },
    },
  })
  const { send } = started(chart)
  for (const type of ['SPAWN', 'STOP', 'SEND']) await send({ type })
  expect(seen).toEqual(['child got HELLO', 'child got BYE'])
})

test('an actor is found by its system id', async () => {
  const seen: unknown[] = []
  const chart = setup({
    actors: { logger: fromCallback(({ receive }) => receive((event) => seen.push(event.type))) },
  }).createMachine({
    id: 'chart',
    version: '1',
    invoke: { src: 'logger', systemId: 'log' },
    on: { WRITE: { actions: sendTo(({ system }) => system.get('log') as AnyActorRef, { type: 'LINE' }) } },
  })
  const { send, run, stop } = started(chart)
  await send({ type: 'WRITE' })
  await stop()
  await restored(run, chart).send({ type: 'WRITE' })
  expect(seen).toEqual(['LINE', 'LINE'])
})

test('a child as a run of its own takes events, answers, and has a history of its own', async () => {
  const payment = setup({
    types: typesOf<{
      context: { cents: number }
      events: { type: 'PAY' }
      input: { cents: number }
      output: { paid: number }
    }>(),
  }).createMachine({
    id: 'payment',
    version: '1',
    context: ({ input }) => input,
    initial: 'open',
    states: { open: { entry: sendParent({ type: 'OPENED' }), on: { PAY: 'paid' } }, paid: { type: 'final' } },
    output: ({ context }) => ({ paid: context.cents }),
  })
  const opened: { readonly toJSON: () => { readonly records: readonly unknown[] } }[] = []
  const order = setup({
    types: typesOf<{ context: { paid: number; opened: boolean } }>(),
    actors: {
      payment: asRun(payment, {
        open(machine, { input }) {
          const run = createRun(machine, { input })
          opened.push(run)
          return run
        },
      }),
    },
  }).createMachine({
    id: 'order',
    version: '1',
    context: { paid: 0, opened: false },
    initial: 'paying',
    states: {
      paying: {
        invoke: {
          id: 'payment',
          src: 'payment',
          input: { cents: 500 },
          onDone: { target: 'paid', actions: assign({ paid: ({ event }) => event.output.paid }) },
        },
        on: { OPENED: { actions: assign({ opened: true }) }, PAY: { actions: sendTo('payment', { type: 'PAY' }) } },
      },
      paid: {},
    },
  })
  const { state, send, run } = started(order)
  await settled()
  await send({ type: 'PAY' })
  expect(state()).toMatchObject({ value: 'paid', context: { paid: 500, opened: true } })
  expect(opened.map((one) => eventTypesOf(one as never))).toEqual([['PAY']])
  expect(eventTypesOf(run)).toEqual(['OPENED', 'PAY', 'xstate.done.actor.payment'])
})

test('a child whose run cannot be opened fails, and the events that waited for it are dropped', async () => {
  const payment = setup({}).createMachine({ id: 'payment', version: '1', on: { PAY: {} } })
  const full = new Error('the store is full')
  const order = setup({
    types: typesOf<{ context: { why: unknown } }>(),
    actors: { payment: asRun(payment, { open: () => new Promise((_, reject) => setTimeout(reject, 50, full)) }) },
  }).createMachine({
    id: 'order',
    version: '1',
    context: { why: null },
    initial: 'paying',
    states: {
      paying: {
        invoke: {
          id: 'payment',
          src: 'payment',
          onError: { target: 'failed', actions: assign({ why: ({ event }) => event.error }) },
        },
        on: { PAY: { actions: sendTo('payment', { type: 'PAY' }) } },
      },
      failed: {},
    },
  })
  const { state, send } = started(order)
  await settled()
  await send({ type: 'PAY' })
  await vi.advanceTimersByTimeAsync(50)
  expect(state()).toMatchObject({ value: 'failed', context: { why: { message: 'the store is full' } } })
})

test('a shared run has its children started by whoever has the lease, and each answer is kept once', async () => {
  vi.useRealTimers()
  const chart = setup({ actors: { answer: fromPromise(async () => 42) } }).createMachine({
    id: 'chart',
    version: '1',
    initial: 'asking',
    states: { asking: { invoke: { src: 'answer', onDone: 'known' } }, known: { type: 'final' } },
  })
  const machine = fromXState(chart)
  const store = memoryStore()
  const made = createRun(machine)
  await recordRun(made, store).flush()
  const shared = await openShared(store, made.id, machine)
  await handleShared(shared, xstateEffects(shared as never, chart) as never)
  expect(shared.state).toMatchObject({ value: 'known', status: 'done' })
  expect(shared.snapshot.current.sequence).toBe(1)
})
