/** Runs and ports are interfaces without private members: whatever has the members is one. */
import {
  type AnyRun,
  createRun,
  defineMachine,
  type EventOf,
  type HandledRun,
  handleOutputs,
  type InPort,
  type InputOf,
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
