// A connected run has the types of its machine. Without the machine, it has those that are said.

import { defineMachine, type RunDocument } from '@xmachines/core'
import type { ConnectedRun, RemoteRun, WireSnapshot } from '@xmachines/http'
import { useConnectedRun } from '@xmachines/react/connected'
import { describe, expectTypeOf, test } from 'vitest'

type LampEvent = { type: 'ADD' } | { type: 'TAKE' }

const lamps = defineMachine<number, LampEvent, { type: 'added' }>({ name: 'lamps', version: '1', initial: 0, on: {} })
declare const history: RunDocument<LampEvent>
declare const snapshot: WireSnapshot<number>

describe('useConnectedRun', () => {
  test('gives a run of the machine', () => {
    const run = useConnectedRun('/r/1', lamps, { history })
    expectTypeOf(run).toEqualTypeOf<ConnectedRun<number, LampEvent, { type: 'added' }, undefined>>()
    // @ts-expect-error it needs the history
    useConnectedRun('/r/1', lamps, {})
  })

  test('gives a run that shows what the server says, if the machine is not shipped', () => {
    const run = useConnectedRun<number, LampEvent>('/r/1', 'lamps@1', { mode: 'remote', snapshot })
    expectTypeOf(run).toEqualTypeOf<RemoteRun<number, LampEvent>>()
    expectTypeOf(run.state).toEqualTypeOf<number>()
    // @ts-expect-error it takes the events that were said
    run.in.send({ type: 'OTHER' })
    // @ts-expect-error it needs the snapshot
    useConnectedRun<number, LampEvent>('/r/1', 'lamps@1', { mode: 'remote' })
    // @ts-expect-error a name is no machine that runs here
    useConnectedRun('/r/1', 'lamps@1', { history })
  })
})
