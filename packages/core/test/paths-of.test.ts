/** The paths over the states that a machine reaches. */
import { createRun, defineMachine, refuse } from '@xmachines/core'
import { pathsOf } from '@xmachines/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type DoorEvent, door } from './machines.ts'

const doorEvents: readonly DoorEvent[] = [
  { type: 'OPEN' },
  { type: 'CLOSE' },
  { type: 'LOCK', code: '42' },
  { type: 'UNLOCK', code: '42' },
  { type: 'UNLOCK', code: '43' },
]

type Step = { type: 'UP' } | { type: 'DOWN' }
const stairs = (top: number) =>
  defineMachine<number, Step>({
    name: 'stairs',
    version: '1',
    initial: 0,
    on: { UP: (at) => (at < top ? at + 1 : refuse('It is the top.')), DOWN: (at) => Math.max(0, at - 1) },
  })
const steps: readonly Step[] = [{ type: 'UP' }, { type: 'DOWN' }]

const shown = (paths: readonly { readonly events: readonly { readonly type: string }[] }[]): string[] =>
  paths.map(({ events }) => events.map(({ type }) => type).join(' '))

test('there is one shortest path to each state, and each leads there', () => {
  const paths = pathsOf(door, { events: doorEvents })
  expect(shown(paths)).toEqual(['', 'OPEN', 'LOCK'])
  for (const { events, state, states } of paths) {
    const run = createRun(door)
    expect(states[0]).toEqual(run.state)
    for (const [at, event] of events.entries()) {
      expect(run.in.send(event)).toBeUndefined()
      expect(states[at + 1]).toEqual(run.state)
    }
    expect(run.state).toEqual(state)
  }
})

test('simple paths come to no state twice, and there are all of them', () => {
  const triangle = defineMachine<{ at: 'a' } | { at: 'b' } | { at: 'c' }, { type: 'X' } | { type: 'Y' }>({
    name: 'triangle',
    version: '1',
    initial: { at: 'a' },
    states: { a: { X: 'b', Y: 'c' }, b: { X: 'c', Y: 'a' }, c: { X: 'a', Y: 'b' } },
  })
  const events = [{ type: 'X' }, { type: 'Y' }] as const
  expect(shown(pathsOf(triangle, { events, kind: 'simple' }))).toEqual(['', 'X', 'Y', 'X X', 'Y Y'])
  expect(shown(pathsOf(triangle, { events }))).toEqual(['', 'X', 'Y'])
})

test('an event that is refused, by a rule or by a schema, leads nowhere', () => {
  expect(shown(pathsOf(stairs(2), { events: steps }))).toEqual(['', 'UP', 'UP UP'])
  const strict = defineMachine<number, { type: 'SET'; to: number }>({
    name: 'strict',
    version: '1',
    initial: 0,
    on: { SET: (_, { to }) => to },
    events: z.object({ type: z.literal('SET'), to: z.number().max(3) }),
  })
  expect(pathsOf(strict, { events: [3, 4].map((to) => ({ type: 'SET', to })) }).map(({ state }) => state)).toEqual([
    0, 3,
  ])
})

test('events may depend on the state, states may be told apart by a part, and nothing follows the end', () => {
  type CountEvent = { type: 'TO'; n: number } | { type: 'END' }
  const count = defineMachine<{ at: 'counting'; n: number } | { at: 'done' }, CountEvent>({
    name: 'count',
    version: '1',
    initial: { at: 'counting', n: 0 },
    states: {
      counting: { TO: (_, { n }) => ({ at: 'counting', n }), END: 'done' },
      done: { TO: (_, { n }) => ({ at: 'counting', n }) },
    },
    final: ['done'],
  })
  const paths = pathsOf(count, {
    events: (state): readonly CountEvent[] =>
      state.at === 'counting' && state.n < 3
        ? [{ type: 'TO', n: state.n + 1 }, { type: 'END' }]
        : [{ type: 'TO', n: 9 }],
    by: ({ at }) => at,
  })
  expect(shown(paths)).toEqual(['', 'END'])
})

test('a machine without end is bounded by the depth, or is an error that says what to do', () => {
  expect(pathsOf(stairs(Infinity), { events: steps, depth: 5 }).map(({ state }) => state)).toEqual([0, 1, 2, 3, 4, 5])
  expect(() => pathsOf(stairs(Infinity), { events: steps, limit: 20 })).toThrow(
    'pathsOf found more than 20 paths of stairs@1; give fewer events, a depth, by to compare less of a state, or a higher limit',
  )
  expect(() => pathsOf(stairs(1), { events: steps, kind: 'long' as never })).toThrow('kind is "long"')
})

test('a bug of the machine is an error with the path to it', () => {
  const broken = defineMachine<number, { type: 'INC' }>({
    name: 'broken',
    version: '1',
    initial: 0,
    on: { INC: (count) => (count < 2 ? count + 1 : (JSON.parse('') as number)) },
  })
  expect(() => pathsOf(broken, { events: [{ type: 'INC' }] })).toThrow(
    expect.objectContaining({
      code: 'TRANSITION_FAILED',
      message: expect.stringMatching(/^broken@1 fails after INC, INC, INC: /) as string,
    }),
  )
})

test('of random graphs, the shortest paths are as long as a search by hand finds', () => {
  const size = 6
  const graphs = fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size })
  fc.assert(
    fc.property(graphs, (graph) => {
      const walk = defineMachine<number, { type: 'GO'; to: number }>({
        name: 'walk',
        version: '1',
        initial: 0,
        on: { GO: (at, { to }) => (graph[at]?.includes(to) === true ? to : refuse('There is no way.')) },
      })
      const events = Array.from({ length: size }, (_, to) => ({ type: 'GO', to }) as const)
      const distances = [0, ...Array.from({ length: size - 1 }, () => Infinity)]
      for (let round = 0; round < size; round++) {
        for (const [from, targets] of graph.entries()) {
          for (const to of targets) distances[to] = Math.min(distances[to]!, distances[from]! + 1)
        }
      }
      const found = new Map(pathsOf(walk, { events }).map(({ state, events: taken }) => [state, taken.length]))
      expect(distances.map((_, at) => found.get(at) ?? Infinity)).toEqual(distances)
    }),
  )
})
