/** Runs and ports are interfaces without private members: whatever has the members is one. */
import {
  type AnyRun,
  createRun,
  defineMachine,
  type Emit,
  type EventOf,
  type HandledRun,
  type Handler,
  handleOutputs,
  type InPort,
  type InputOf,
  type Machine,
  type OutputOf,
  type Ports,
  type Run,
  type RunError,
  type RunOf,
  type Snapshot,
  type SnapshotPort,
  type StateOf,
  waitFor,
} from '@xmachines/core'
import { expectTypeOf, test } from 'vitest'

interface Lamp {
  readonly on: boolean
}
type Press = { type: 'PRESS' } | { type: 'DIM'; by: number }
interface Beep {
  readonly type: 'beep'
}

const lamp = defineMachine<Lamp, Press, Beep, { room: string }>({
  name: 'lamp',
  version: '1',
  initial: ({ room }) => ({ on: room === 'hall' }),
  on: {},
})

/** Written by hand, as a run at the other end of a wire would be. */
class FarPort extends WritableStream<Press | readonly Press[]> implements InPort<Press> {
  send = (): RunError | undefined => undefined
}
class FarSnapshot extends ReadableStream<Snapshot<Lamp>> implements SnapshotPort<Lamp> {
  current: Snapshot<Lamp> = { state: { on: true }, status: 'active', sequence: 0 }
  initial = this.current
  subscribe = () => () => undefined
}
class Far implements HandledRun<Lamp, Press, Beep> {
  id = ''
  start = 0
  machine = { name: 'lamp', version: '1' }
  readonly error: RunError | undefined
  readonly in = new FarPort()
  out = new ReadableStream<Beep>()
  snapshot = new FarSnapshot()
  ports(): Ports<Lamp, Press, Beep> {
    const { id, start, out, snapshot } = this
    return {
      id,
      start,
      in: this.in,
      out,
      snapshot,
      err: new ReadableStream<RunError>(),
      readable: out,
      writable: this.in,
    }
  }
}

test('waitFor and handleOutputs take an object that only has the members', () => {
  expectTypeOf(waitFor(new Far(), ({ state }) => state.on)).toEqualTypeOf<Promise<Snapshot<Lamp>>>()
  void handleOutputs(new Far(), { beep: () => ({ type: 'DIM', by: 1 }) })
  // @ts-expect-error -- no such event
  void handleOutputs(new Far(), { beep: () => ({ type: 'KNOCK' }) })
})

test('a run is assignable to a run of fewer events, and not of more', () => {
  const run = createRun(lamp, { input: { room: 'hall' } })
  const fewer: Run<Lamp, { type: 'PRESS' }, Beep, { room: string }> = run
  expectTypeOf(fewer.in.send).parameter(0).toEqualTypeOf<{ type: 'PRESS' } | readonly { type: 'PRESS' }[]>()
  // @ts-expect-error -- it does not take KNOCK
  const more: Run<Lamp, Press | { type: 'KNOCK' }, Beep, { room: string }> = run
  const any: AnyRun = run
  void [more, any]
})

test('the parts of a machine have names', () => {
  expectTypeOf<StateOf<typeof lamp>>().toEqualTypeOf<Lamp>()
  expectTypeOf<EventOf<typeof lamp>>().toEqualTypeOf<Press>()
  expectTypeOf<OutputOf<typeof lamp>>().toEqualTypeOf<Beep>()
  expectTypeOf<InputOf<typeof lamp>>().toEqualTypeOf<{ room: string }>()
  expectTypeOf<RunOf<typeof lamp>>().toEqualTypeOf<Run<Lamp, Press, Beep, { room: string }>>()
})

test('a history has the events of its run', () => {
  const { records } = createRun(lamp, { input: { room: 'hall' } }).toJSON()
  for (const record of records) if ('events' in record) expectTypeOf(record.events).toEqualTypeOf<readonly Press[]>()
})

test('a machine that declares no outputs is one of any outputs', () => {
  const quiet = defineMachine<Lamp, Press>({ name: 'lamp', version: '1', initial: { on: true }, on: {} })
  const beeping: Machine<Lamp, Press, Beep> = quiet
  const run: Run<Lamp, { type: 'PRESS' }, Beep> = createRun(quiet)
  const handler: Handler<Lamp, Press, never> = (state) => state
  defineMachine<Lamp, Press, Beep>({ name: 'lamp', version: '1', initial: { on: true }, transition: handler })
  void [beeping, run]
})

test('emit is passed on, inferred and wrapped', () => {
  const beep = (emit: Emit<Beep>): void => emit({ type: 'beep' })
  const beepOf = (emit: (output: Beep) => void): void => emit({ type: 'beep' })
  const inferred = defineMachine({
    name: 'lamp',
    version: '1',
    initial: { on: true },
    transition: (state: Lamp, _event: Press, emit: (output: Beep) => void) => {
      beep(emit)
      beepOf(emit)
      return state
    },
  })
  expectTypeOf(inferred).toEqualTypeOf<Machine<Lamp, Press, Beep>>()
  const logged = <State, Event extends { type: string }, Output, Input>(
    machine: Machine<State, Event, Output, Input>,
  ): Machine<State, Event, Output, Input> =>
    defineMachine<State, Event, Output, Input>({
      name: machine.name,
      version: machine.version,
      initial: (input) => machine.initial(input),
      transition: (state, event, emit) => machine.transition(state, event, (output) => emit(output)),
    })
  expectTypeOf(logged(lamp)).toEqualTypeOf<typeof lamp>()
})
