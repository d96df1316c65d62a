/**
 * What `src/xstate-internals.ts` takes from XState, one by one. If one of these fails with a new version of XState, the file must
 * follow.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as xstate from 'xstate'
import {
  type AnyMachineSnapshot,
  type AnyStateNode,
  and,
  assign,
  cancel,
  createActor,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  log,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate'

/** Members that no type of XState shows. */
type Inside = Record<string, unknown>

const idle = fromPromise(() => new Promise(() => undefined))

test('these tests run on the version that their project names', () => {
  const { version } = JSON.parse(
    readFileSync(
      join(import.meta.dirname, `../node_modules/${process.env['XSTATE'] ?? 'xstate'}/package.json`),
      'utf8',
    ),
  ) as { version: string }
  expect(version.startsWith(process.env['XSTATE'] === undefined ? '5.33' : '5.32.0')).toBe(true)
  expect(xstate.createMachine).toBeTypeOf('function')
})

test('a transition gives its actions to actionExecutor, with the params of built-in ones by their types', () => {
  const chart = setup({
    actors: { idle },
    actions: { named: (_scope, _params: { n: number }) => undefined },
  }).createMachine({
    id: 'chart',
    context: { count: 0 },
    on: {
      GO: {
        actions: [
          assign({ count: 1 }),
          raise({ type: 'LATER' }, { id: 'timer', delay: 5 }),
          spawnChild('idle', { id: 'child', input: 3, systemId: 'key', syncSnapshot: true }),
          sendTo('child', { type: 'HELLO' }, { id: 'sent', delay: 6 }),
          cancel('timer'),
          stopChild('child'),
          emit({ type: 'beep' }),
          log('text', 'label'),
          { type: 'named', params: { n: 1 } },
          function inline() {
            return undefined
          },
        ],
      },
    },
  })
  const [, actions] = xstate.transition(chart, xstate.initialTransition(chart)[0], { type: 'GO' })
  const given = actions as unknown as readonly { type: string; params: Inside; info: Inside; exec: unknown }[]
  expect(given.map(({ type }) => type)).toEqual([
    'xstate.raise',
    'xstate.spawnChild',
    'xstate.sendTo',
    'xstate.cancel',
    'xstate.stopChild',
    'xstate.emit',
    'xstate.log',
    'named',
    'inline',
  ])
  const params = Object.fromEntries(given.map((action) => [action.type, action.params]))
  expect(params['xstate.raise']).toMatchObject({ event: { type: 'LATER' }, id: 'timer', delay: 5 })
  const child = params['xstate.spawnChild']?.['actorRef'] as Inside
  expect(params['xstate.sendTo']).toMatchObject({ event: { type: 'HELLO' }, id: 'sent', delay: 6 })
  expect(params['xstate.sendTo']?.['to']).toBe(child)
  expect(params['xstate.cancel']).toEqual({ sendId: 'timer' })
  expect(params['xstate.stopChild']).toBe(child)
  expect(params['xstate.emit']).toEqual({ event: { type: 'beep' } })
  expect(params['xstate.log']).toEqual({ value: 'text', label: 'label' })
  expect(params['named']).toEqual({ n: 1 })
  expect(given.at(-1)?.info).toMatchObject({ context: { count: 1 }, event: { type: 'GO' } })
  expect(given.at(-2)?.exec).toBe(chart.implementations.actions['named'])
  expect(child).toMatchObject({ id: 'child', src: 'idle', systemId: 'key', _syncSnapshot: true, options: { input: 3 } })
})

test('an actor has the three members by which one is known in a context, and a session id from its system', () => {
  const actor = createActor(idle) as unknown as Inside
  expect([actor['sessionId'], actor['send'], actor['ref']]).toEqual([
    expect.stringMatching(/^x:\d+$/),
    expect.any(Function),
    actor,
  ])
  expect(actor['_stop']).toBeTypeOf('function')
  const system = actor['system'] as Inside
  for (const name of ['_bookId', '_unregister', '_set', '_sendInspectionEvent', '_relay', 'get', 'getAll', 'inspect']) {
    expect(system[name], name).toBeTypeOf('function')
  }
})

test('what is sent to an actor is inspected with its source', () => {
  const seen: unknown[] = []
  const parent = createActor(createMachine({ id: 'parent' }), {
    inspect: (inspected) =>
      void (
        inspected.type === '@xstate.event' && seen.push([inspected.sourceRef, inspected.actorRef, inspected.event.type])
      ),
  }).start()
  const child = createActor(createMachine({ initial: 'end', states: { end: { type: 'final' } } }), {
    id: 'child',
    parent,
  })
  child.start()
  expect(seen).toContainEqual([child, parent, 'xstate.done.actor.child'])
})

test('a chart has its nodes by id, each with its place in the document, and snapshots list the active ones', () => {
  const chart = createMachine({
    id: 'chart',
    initial: 'a',
    states: { a: { on: { GO: 'b' } }, b: { initial: 'c', states: { c: {}, h: { history: 'deep' } }, on: { GO: 'a' } } },
  })
  const { idMap } = chart as unknown as {
    idMap: Map<string, { id: string; order: number; type: string; states: object }>
  }
  expect([...idMap].map(([id, { order, type }]) => [id, order, type])).toEqual([
    ['chart', 0, 'compound'],
    ['chart.a', 1, 'atomic'],
    ['chart.b', 2, 'compound'],
    ['chart.b.c', 3, 'atomic'],
    ['chart.b.h', 4, 'history'],
  ])
  const actor = createActor(chart).start()
  actor.send({ type: 'GO' })
  actor.send({ type: 'GO' })
  const { _nodes, historyValue } = actor.getSnapshot()
  expect(_nodes.map(({ id }) => id)).toEqual(['chart', 'chart.a'])
  expect(historyValue).toEqual({ 'chart.b.h': [idMap.get('chart.b.c')] })
  const resolved = chart.resolveState({ value: { b: 'c' }, historyValue })
  expect(new Set(resolved._nodes)).toEqual(new Set(['chart', 'chart.b', 'chart.b.c'].map((id) => idMap.get(id))))
  expect([resolved.historyValue, resolved.children, resolved.status]).toEqual([historyValue, {}, 'active'])
})

test('an actor that a state invokes as a value has a name with the index and the id of the state', () => {
  const chart = createMachine({ id: 'chart', invoke: [{ src: idle, id: 'one' }] } as never)
  const [, actions] = xstate.initialTransition(chart)
  expect(actions[0]).toMatchObject({ type: 'xstate.spawnChild', params: { src: 'xstate.invoke.0.chart' } })
})

test('a copy of a chart has nodes of its own, whose lists of actions, transitions and invoked actors can be replaced', () => {
  const chart = createMachine({
    id: 'chart',
    initial: 'a',
    states: {
      a: { exit: 'leave', after: { 5: 'b' }, on: { GO: { target: 'b', actions: 'go' } } },
      b: {
        entry: 'enter',
        invoke: { src: idle },
        initial: { target: 'c', actions: 'begin' },
        states: { c: { type: 'final', always: 'd' }, d: {} },
      },
    },
  } as never)
  const copy = chart.provide({})
  const mark = (params: string): never => [{ type: 'mark', params }] as never
  const { a, b } = copy.states as unknown as Record<string, AnyStateNode>
  const [one, other] = [a as AnyStateNode, b as AnyStateNode]
  expect([one.exit.length, one.transitions.has('xstate.after.5.chart.a')]).toEqual([2, true])
  expect(chart.states['a' as never]).not.toBe(one)
  one.exit = mark('exit')
  other.entry = mark('entry')
  other.invoke.length = 0
  other.initial.actions = mark('initial')
  const taken = one.transitions.get('GO') ?? []
  for (const transition of taken) transition.actions = mark('transition')
  const { c } = other.states as unknown as Record<string, AnyStateNode>
  expect(c?.always).toHaveLength(1)
  delete c?.always
  // XState asks again for the event of a state that is done.
  const asked: unknown[] = []
  copy.getTransitionData = (_snapshot, { type }) => {
    asked.push(type)
    return taken.splice(0)
  }
  const [next, actions] = xstate.transition(copy, xstate.initialTransition(copy)[0], { type: 'GO' })
  expect(asked).toEqual(['GO', 'xstate.done.state.chart.b'])
  expect(next.value).toEqual({ b: 'c' })
  expect((actions as unknown as readonly Inside[]).map((action) => action['params'])).toEqual([
    'exit',
    'transition',
    'entry',
    'initial',
  ])
})

test('a built-in action resolves itself, and an `assign` has what it was given', () => {
  const chart = createMachine({ id: 'chart', context: { count: 0 } })
  const snapshot = createActor(chart).getSnapshot()
  const internalQueue: unknown[] = []
  const resolved = (action: unknown): unknown => {
    const { resolve } = action as { resolve(...given: unknown[]): unknown }
    return resolve({}, snapshot, { context: { count: 0 }, event: { type: 'GO' } }, undefined, action, { internalQueue })
  }
  expect({ ...assign({ count: 1 }) }).toMatchObject({ type: 'xstate.assign', assignment: { count: 1 } })
  expect(resolved(raise({ type: 'NOW' }))).toMatchObject([snapshot, { event: { type: 'NOW' } }, undefined])
  expect(internalQueue).toEqual([{ type: 'NOW' }])
  expect(resolved(cancel('timer'))).toMatchObject([snapshot, { sendId: 'timer' }, undefined])
  const [next, , more] = resolved(enqueueActions(({ enqueue }) => enqueue('named'))) as unknown[]
  expect([next === snapshot, more]).toEqual([true, ['named']])
  expect((resolved(stopChild('child')) as unknown[])[0]).not.toBe(snapshot)
  expect({ ...spawnChild('idle') }).toMatchObject({ type: 'xstate.spawnChild' })
  const built = [
    raise({ type: 'NOW' }),
    cancel('timer'),
    emit({ type: 'beep' }),
    log('text'),
    sendTo('child', { type: 'HI' }),
  ]
  expect(built.every((action) => 'resolve' in action && 'execute' in action)).toBe(true)
})

test('a guard of guards evaluates them as a transition does', () => {
  const chart = setup({ guards: { named: ({ context }, more: number) => context['count'] === more } }).createMachine({
    context: { count: 2 },
  })
  const snapshot: AnyMachineSnapshot = createActor(chart).getSnapshot()
  const passes = (guard: unknown): unknown => {
    const guards = and([guard as never]) as unknown as { check(...given: unknown[]): unknown }
    return guards.check(snapshot, { context: snapshot.context as unknown, event: { type: 'GO' } }, guards)
  }
  expect([passes({ type: 'named', params: 2 }), passes({ type: 'named', params: 1 })]).toEqual([true, false])
  expect(passes(({ event }: { event: { type: string } }) => event.type === 'GO')).toBe(true)
})
