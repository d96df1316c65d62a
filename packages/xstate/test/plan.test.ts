/** Charts at events that they have met before, beside actors of XState. */
import { createRun } from '@xmachines/core'
import { fromXState, viewOf } from '@xmachines/xstate'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  and,
  assign,
  cancel,
  createActor,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  log,
  not,
  or,
  raise,
  sendTo,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate'
import { settled, started } from './running.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

interface Scope {
  readonly context: { readonly count: number; readonly seen: string }
  readonly event: { readonly type: string }
}

const see = (what: string) => assign({ seen: ({ context }: Scope) => (context.seen + what).slice(-20) })
const flip = (event: string) => ({
  initial: 'off',
  states: { off: { on: { [event]: 'on' }, exit: see('<') }, on: { on: { [event]: 'off' }, entry: see('>') } },
})

/** Charts that do again and again what a step can do. Each takes A and B. */
const charts: Readonly<Record<string, object>> = {
  'guards of every kind': {
    initial: 'one',
    states: {
      one: {
        on: {
          A: [
            { guard: { type: 'atLeast', params: { least: 9 } }, target: 'three', actions: 'mark' },
            { guard: 'isEven', target: 'two', actions: 'add' },
            { actions: 'add' },
          ],
        },
      },
      two: {
        on: { A: { guard: not('isEven'), target: 'one' }, '*': { guard: ({ context }: Scope) => context.count > 3 } },
      },
      three: { on: { '*': { guard: and([stateIn('three'), or(['isEven', not('isEven')])]), target: 'one' } } },
    },
    on: { B: { actions: 'add' } },
  },
  'actions of every kind': {
    initial: 'one',
    states: {
      one: {
        entry: ['add', { type: 'say', params: ({ context }: Scope) => context.count }],
        on: { A: { target: 'two', actions: [see('a'), { type: 'say', params: 'fixed' }, 'unknown'] } },
        exit: [log(({ context }: Scope) => context.seen), emit({ type: 'left' })],
      },
      two: {
        entry: enqueueActions(({ enqueue, check }) => {
          enqueue('add')
          if (check('isEven')) enqueue.assign({ seen: 'even' })
          enqueue({ type: 'say', params: 'enqueued' })
        }),
        on: { A: 'one', B: { target: 'two', reenter: true, actions: sendTo(({ self }) => self, { type: 'A' }) } },
      },
    },
  },
  'raised events and transitions without an event': {
    initial: 'one',
    states: {
      one: { on: { A: { target: 'two', actions: ['add', raise({ type: 'B' }), raise({ type: 'C' })] } } },
      two: {
        on: { B: { actions: see('b') }, C: 'three' },
        always: { guard: { type: 'atLeast', params: { least: 30 } }, target: 'one', actions: see('many') },
      },
      // This one is enabled for ever, and changes nothing.
      three: {
        always: [{ guard: 'isEven', target: 'one' }, { actions: { type: 'say', params: 'three' } }],
        on: { A: 'one' },
      },
    },
  },
  'regions that move at once': {
    type: 'parallel',
    states: {
      left: flip('A'),
      right: { ...flip('A'), on: { A: { actions: 'add' } } },
      raising: { on: { B: { actions: [raise({ type: 'A' }), raise({ type: 'A' })] } } },
      joined: {
        initial: 'apart',
        states: {
          apart: { always: { guard: stateIn({ left: 'on', right: 'on' }), target: 'together', actions: see('!') } },
          together: { on: { B: 'apart' } },
        },
      },
    },
  },
  'history, initial actions and final states': {
    initial: 'work',
    states: {
      work: {
        initial: { target: 'first', actions: see('i') },
        states: {
          first: { on: { A: 'second' } },
          second: { initial: 'deep', states: { deep: { on: { A: 'deeper' } }, deeper: { on: { A: '#end' } } } },
          end: { id: 'end', type: 'final' },
          before: { type: 'history', history: 'deep' },
        },
        on: { B: 'pause' },
        onDone: { target: 'pause', actions: 'add' },
      },
      pause: { on: { A: 'work', B: 'work.before' } },
    },
  },
  'children that are spawned, invoked and stopped': {
    initial: 'one',
    states: {
      one: { on: { A: { target: 'two', actions: ['add', spawnChild('child', { id: 'spawned' })] }, B: 'three' } },
      two: { on: { A: { target: 'one', actions: [sendTo('spawned', { type: 'HI' }), stopChild('spawned')] } } },
      three: {
        invoke: { src: 'child', id: 'invoked' },
        on: { A: { actions: sendTo('invoked', { type: 'YO' }) }, B: 'one' },
      },
    },
  },
  'a child that one assign of many spawns': {
    on: {
      A: {
        actions: assign(({ context, spawn }) =>
          context.count === 3 ? { count: 4, child: spawn('child' as never) } : { count: context.count + 1 },
        ),
      },
      B: { actions: sendTo(({ context, self }) => context.child ?? self, { type: 'HI' }) },
    },
  },
  'timers that are left and that run out': {
    initial: 'one',
    states: {
      one: { after: { 10: { target: 'two', actions: see('late') } }, on: { A: 'two' } },
      two: {
        entry: [raise({ type: 'B' }, { delay: 5, id: 'soon' }), 'add'],
        on: { A: { target: 'one', actions: cancel('soon') }, B: { actions: see('soon') } },
      },
    },
  },
}

function chartOf(config: object, report: (what: unknown) => void): AnyStateMachine {
  return createMachine(
    { id: 'chart', version: '1', context: { count: 0, seen: '' }, ...config } as never,
    {
      actors: { child: fromCallback(({ receive }) => receive(({ type }) => report(type))) },
      actions: {
        add: assign({ count: ({ context }: Scope) => context.count + 1 }),
        mark: see('m'),
        say: (_scope: unknown, what: unknown) => report(what),
      },
      guards: {
        isEven: ({ context }: Scope) => context.count % 2 === 0,
        atLeast: ({ context }: Scope, { least }: { readonly least: number }) => context.count >= least,
      },
    } as never,
  )
}

test.each(Object.keys(charts))('an event does the same at every time, as with an actor of XState: %s', async (name) => {
  const [reported, expected]: [unknown[], unknown[]] = [[], []]
  const chart = chartOf(charts[name] as object, (what) => reported.push(what))
  const { run, send } = started(chart, undefined, ['left'])
  const actor = createActor(
    chartOf(charts[name] as object, (what) => expected.push(what)),
    { logger: () => undefined },
  )
  actor.start()
  for (const what of 'AAABABBAAB5A7BBAA4BAB'.repeat(4)) {
    if (Number(what) > 0) await vi.advanceTimersByTimeAsync(Number(what))
    else {
      actor.send({ type: what })
      await send({ type: what })
    }
    expect(shown(viewOf(chart, run.state as never))).toEqual(shown(actor.getSnapshot() as AnyMachineSnapshot))
    expect(reported).toEqual(expected)
  }
  actor.stop()
})

function shown({ value, context, status }: Pick<AnyMachineSnapshot, 'value' | 'context' | 'status'>): unknown {
  return JSON.parse(JSON.stringify({ value, context: { ...context, child: undefined }, status }))
}

test('an event that changes nothing leaves the very same state, before and after the chart has met it', () => {
  const run = createRun(
    fromXState(chartOf({ initial: 'one', states: { one: { on: { A: 'two' } }, two: {} } }, () => undefined)),
  )
  for (const type of ['NO', 'NO', 'NO', 'A', 'NO', 'NO', 'NO']) {
    const before = run.state
    run.in.send({ type })
    expect(run.state === before).toBe(type === 'NO')
  }
})

test('events that raise one another for ever are refused as often as they are sent', () => {
  // In development a refusal by a bug is reported.
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const on = { A: { actions: ['add', raise({ type: 'A' })] } }
  const run = createRun(fromXState(chartOf({ on, options: { maxIterations: 9 } }, () => undefined)))
  for (let time = 0; time < 4; time++) {
    expect(String(run.in.send({ type: 'A' })?.cause)).toContain('more than 9 microsteps')
  }
  expect(run.state).toMatchObject({ context: { count: 0 } })
})

test('a chart with more places than are kept goes on', async () => {
  const regions = Array.from({ length: 11 }, (_, at) => [`r${at}`, flip(`E${at}`)] as const)
  const run = createRun(fromXState(chartOf({ type: 'parallel', states: Object.fromEntries(regions) }, () => undefined)))
  // A Gray code gets to another place at each step.
  const events = Array.from({ length: 1200 }, (_, step) => ({ type: `E${Math.log2((step + 1) & -(step + 1))}` }))
  run.in.send(events)
  const gray = 1200 ^ (1200 >> 1)
  const value = Object.fromEntries(regions.map(([key], at) => [key, (gray >> at) & 1 ? 'on' : 'off']))
  expect(run.state).toMatchObject({ value })
  await settled()
})
