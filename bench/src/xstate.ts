/** XState charts as runs, beside actors of the same charts in one process: `pnpm bench:xstate`. Prints ratios, of medians. */
import { createRun, restoreRun } from '@xmachines/core'
import { fromXState } from '@xmachines/xstate'
import { type AnyStateMachine, assign, createActor, createMachine } from 'xstate'

const EVENTS = 3000
const ROUNDS = 15
const flip = { initial: 'one', states: { one: { on: { INC: 'two' } }, two: { on: { INC: 'one' } } } }

const flat = createMachine({
  id: 'flat',
  version: '1',
  context: { count: 0 },
  on: { INC: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
})

const charts: readonly AnyStateMachine[] = [
  flat,
  createMachine({ id: 'two-states', version: '1', ...flip }),
  createMachine({ id: 'parallel', version: '1', type: 'parallel', states: { left: flip, right: flip } }),
  createMachine({
    id: 'after',
    version: '1',
    initial: 'one',
    states: { one: { after: { 1_000_000: 'two' }, on: { INC: 'two' } }, two: { on: { INC: 'one' } } },
  }),
  createMachine({
    id: 'guards',
    version: '1',
    context: { count: 0 },
    initial: 'one',
    states: {
      one: { on: { INC: { target: 'two', actions: assign({ count: ({ context }) => context.count + 1 }) } } },
      two: { on: { INC: { target: 'three', guard: ({ context }) => context.count > 0 } } },
      three: { always: { target: 'one', guard: ({ context }) => context.count > 0 } },
    },
  }),
]

for (const chart of charts) {
  const [actor, send, batch]: [number[], number[], number[]] = [[], [], []]
  const events = Array.from({ length: 1000 }, () => ({ type: 'INC' }))
  for (let round = 0; round < ROUNDS; round++) {
    const started = createActor(chart).start()
    actor.push(timeOf(EVENTS, () => started.send({ type: 'INC' })))
    started.stop()
    const run = createRun(fromXState(chart))
    send.push(timeOf(EVENTS, () => void run.in.send({ type: 'INC' })))
    const batched = createRun(fromXState(chart))
    batch.push(timeOf(EVENTS / 1000, () => void batched.in.send(events)))
  }
  const base = median(actor)
  const nanoseconds = ((base / EVENTS) * 1e6).toFixed(0)
  console.log(
    `${chart.id.padEnd(12)} actor.send ${nanoseconds} ns; send ${(base / median(send)).toFixed(2)} ×, batches of 1,000 ${(base / median(batch)).toFixed(2)} ×`,
  )
}

const run = createRun(fromXState(flat))
for (let event = 0; event < 10_000; event++) run.in.send({ type: 'INC' })
const document = run.toJSON()
const restored = Array.from({ length: 5 }, () => timeOf(1, () => void restoreRun(fromXState(flat), document)))
console.log(`10,000 verified events are restored in ${median(restored).toFixed(0)} ms`)

/** Milliseconds for so many calls. */
function timeOf(times: number, call: () => void): number {
  const before = performance.now()
  for (let time = 0; time < times; time++) call()
  return performance.now() - before
}

function median(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? 0
}
