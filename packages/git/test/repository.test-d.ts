/** The inferred types of recorders, ports and opened runs. */
import { createRun, defineMachine, handleOutputs, type Run } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { expectTypeOf, test } from 'vitest'

type Output = { type: 'rang'; times: number }
const bell = defineMachine<{ rings: number }, { type: 'RING' }, Output>({
  name: 'bell',
  version: '1',
  initial: { rings: 0 },
  on: { RING: ({ rings }) => ({ rings: rings + 1 }) },
})
const lamp = defineMachine<boolean, { type: 'TOGGLE' }>({ name: 'lamp', version: '1', initial: false, on: {} })

test('ports of a recorder have the types of its run', async () => {
  const repository = await openRepository('.')
  const recorder = repository.record(createRun(bell), { durability: 'process', retain: 100 })
  // @ts-expect-error -- it is a number of batches
  repository.record(createRun(bell), { retain: 'all' })
  const ports = recorder.ports()
  expectTypeOf(ports.out).toEqualTypeOf<ReadableStream<Output>>()
  expectTypeOf(ports.snapshot.current.state).toEqualTypeOf<{ rings: number }>()
  // @ts-expect-error -- no such event
  ports.in.send({ type: 'KNOCK' })
  void handleOutputs(ports, { rang: ({ times }) => (times > 3 ? undefined : { type: 'RING' }) })
  // @ts-expect-error -- no such event
  void handleOutputs(ports, { rang: () => ({ type: 'KNOCK' }) })
  // @ts-expect-error -- their beginning was set when they were opened
  void handleOutputs(ports, {}, { from: 'start' })
})

test('an opened run has the type of its machine, or of one of several', async () => {
  const repository = await openRepository('.')
  expectTypeOf(await repository.open(bell, '')).toEqualTypeOf<Run<{ rings: number }, { type: 'RING' }, Output>>()
  const one = await repository.open([bell, lamp], '')
  expectTypeOf(one.snapshot.current.state).toEqualTypeOf<{ rings: number } | boolean>()
})
