/** Charts whose events are kept as plans, at the edges of what XState does. */
import { createRun } from '@xmachines/core'
import { fromXState } from '@xmachines/xstate'
import { expect, test, vi } from 'vitest'
import { type AnyStateMachine, assign, createActor, createMachine, raise } from 'xstate'

const times = [1, 2, 3, 4]

function chartOf(config: object): AnyStateMachine {
  return createMachine({ id: 'chart', version: '1', ...config } as never)
}

test.each(['xstate.error.actor.child', 'xstate.stop', 'xstate.init'])(
  'a raised event with a name of XState is handled as any other: %s',
  (type) => {
    const chart = chartOf({
      initial: 'one',
      states: {
        one: { on: { A: { actions: raise({ type }) }, B: 'two' } },
        two: { on: { A: { actions: raise({ type }) }, [type]: 'one' } },
      },
    })
    const run = createRun(fromXState(chart))
    const actor = createActor(chart).start()
    for (const event of times.flatMap(() => ['A', 'A', 'B', 'A'])) {
      run.in.send({ type: event })
      actor.send({ type: event })
      const { value, status } = actor.getSnapshot()
      expect(run.state).toMatchObject({ value, status })
    }
  },
)

test('a transition without an event that writes the same history for ever is refused at every time', () => {
  // In development a refusal by a bug is reported.
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const chart = chartOf({
    initial: 'one',
    options: { maxIterations: 9 },
    states: {
      one: { on: { A: 'two' } },
      two: {
        initial: 'in',
        states: { in: {}, before: { type: 'history' } },
        always: { target: 'two', reenter: true },
      },
    },
  })
  const run = createRun(fromXState(chart))
  for (const _time of times) expect(String(run.in.send({ type: 'A' })?.cause)).toContain('more than 9 microsteps')
  expect(run.state).toMatchObject({ value: 'one' })
})

test('a place with more sets of transitions and more types of events than it keeps goes on', () => {
  interface Scope {
    readonly context: { readonly count: number }
  }
  const region = (bit: number) => ({
    on: {
      A: { guard: ({ context }: Scope) => ((context.count >> bit) & 1) === 1, actions: assign({ [`r${bit}`]: count }) },
    },
  })
  const count = ({ context }: Scope) => context.count
  const regions = Array.from({ length: 8 }, (_, bit) => [`r${bit}`, region(bit)] as const)
  const chart = chartOf({
    type: 'parallel',
    context: { count: 0 },
    states: {
      ...Object.fromEntries(regions),
      counts: { on: { '*': { actions: assign({ count: (all: Scope) => count(all) + 1 }) } } },
    },
  })
  const run = createRun(fromXState(chart))
  const actor = createActor(chart).start()
  for (let time = 0; time < 300; time++) {
    for (const type of ['A', `B${time}`]) {
      run.in.send({ type })
      actor.send({ type })
    }
    expect(run.state).toMatchObject({ context: actor.getSnapshot().context })
  }
})
