/** What runs are driven with, and what they give. */
import {
  createRun,
  defineMachine,
  type HistoryRecord,
  handleOutputs,
  type Run,
  type RunError,
  replayRun,
  restoreRun,
  type Snapshot,
  waitFor,
} from '@xmachines/core'
import { expectTypeOf, test } from 'vitest'

type State = { at: 'a' } | { at: 'b'; n: number }
type Event = { type: 'GO'; n: number } | { type: 'BACK' }
type Output = { type: 'told'; n: number } | { type: 'quiet' }
const machine = defineMachine<State, Event, Output>({ name: 'm', version: '1', initial: { at: 'a' }, on: {} })
const taking = defineMachine<State, Event, Output, { n: number }>({
  name: 'm',
  version: '1',
  initial: (input) => ({ at: 'b', n: input.n }),
  on: {},
})
const run = createRun(machine)

test('the ports have the types of the machine', () => {
  expectTypeOf(run).toEqualTypeOf<Run<State, Event, Output, undefined>>()
  expectTypeOf(run.out).toEqualTypeOf<ReadableStream<Output>>()
  expectTypeOf(run.err).toEqualTypeOf<ReadableStream<RunError>>()
  expectTypeOf(run.in).toExtend<WritableStream<Event | readonly Event[]>>()
  expectTypeOf(run.snapshot).toExtend<ReadableStream<Snapshot<State>>>()
  expectTypeOf(run.snapshot.current.state).toEqualTypeOf<State>()
  expectTypeOf(run.history()).toEqualTypeOf<ReadableStream<HistoryRecord<Event>>>()
  expectTypeOf(run.ports().readable).toEqualTypeOf<ReadableStream<Output>>()
  const { current } = run.snapshot
  if (current.status === 'error') expectTypeOf(current.error.message).toEqualTypeOf<string>()
  // @ts-expect-error only the snapshot of a fatal end has an error
  expectTypeOf(current.error)
  // @ts-expect-error nobody assigns to a run
  run.snapshot.current = current
})

test('events that do not exist, and events without their payload, do not compile', () => {
  run.in.send({ type: 'GO', n: 1 })
  run.in.send([{ type: 'GO', n: 1 }, { type: 'BACK' }])
  // @ts-expect-error no event has this type
  run.in.send({ type: 'STOP' })
  // @ts-expect-error n is missing
  run.in.send({ type: 'GO' })
  // @ts-expect-error n is missing in the second
  run.in.send([{ type: 'BACK' }, { type: 'GO' }])
  const writer = run.in.getWriter()
  void writer.write({ type: 'BACK' })
  // @ts-expect-error n is a number
  void writer.write({ type: 'GO', n: '1' })
})

test('input is required if the machine takes one, and refused in another type', () => {
  createRun(taking, { input: { n: 1 } })
  // @ts-expect-error the input is missing
  createRun(taking)
  // @ts-expect-error the input is missing
  createRun(taking, { createdAt: 1 })
  // @ts-expect-error n is a number
  createRun(taking, { input: { n: '1' } })
  // @ts-expect-error this machine takes no input
  createRun(machine, { input: { n: 1 } })
})

test('handlers of outputs see their output, and return events', () => {
  void handleOutputs(run, {
    told: (output, { signal, key }) => {
      expectTypeOf(output).toEqualTypeOf<{ type: 'told'; n: number }>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(key).toEqualTypeOf<string>()
      return output.n > 1 ? { type: 'GO', n: output.n } : [{ type: 'BACK' }]
    },
    quiet: async () => ({ type: 'BACK' }),
  })
  // @ts-expect-error no output has this type
  void handleOutputs(run, { loud: () => undefined })
  // @ts-expect-error no event has this type
  void handleOutputs(run, { told: () => ({ type: 'STOP' }) })
  // @ts-expect-error n is missing
  void handleOutputs(run, { told: async () => ({ type: 'GO' }) })
})

test('what is waited for, restored and replayed has the machine’s types', () => {
  expectTypeOf(waitFor(run, ({ state }) => state.at === 'b')).resolves.toEqualTypeOf<Snapshot<State>>()
  expectTypeOf(restoreRun(machine, run.toJSON())).toEqualTypeOf<Run<State, Event, Output, undefined>>()
  expectTypeOf(replayRun(taking, run.toJSON())).toEqualTypeOf<Run<State, Event, Output, { n: number }>>()
})

test('restoreRun of several machines gives the runs that it can be of', () => {
  const first = defineMachine<number, { type: 'INC' }>({ name: 'm', version: '1', initial: 0, on: {} })
  const second = defineMachine<{ count: number }, { type: 'ADD'; by: number }>({
    name: 'm',
    version: '2',
    initial: { count: 0 },
    on: {},
  })
  const run = restoreRun([first, second], createRun(first).toJSON())
  expectTypeOf(run.snapshot.current.state).toEqualTypeOf<number | { count: number }>()
})
