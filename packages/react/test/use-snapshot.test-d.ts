import type { Run, RunDocument, RunError, Snapshot } from '@xmachines/core'
import { type Send, useRun, useSend, useSnapshot } from '@xmachines/react'
import { describe, expectTypeOf, test } from 'vitest'
import { type Door, type DoorEvent, type DoorOutput, door, room, run } from './typed-machines.ts'

declare const maybe: RunDocument<DoorEvent> | undefined

describe('useSnapshot', () => {
  test('knows the state of the machine', () => {
    expectTypeOf(useSnapshot(run)).toEqualTypeOf<Snapshot<Door>>()
    expectTypeOf(useSnapshot(run, (snapshot) => snapshot.state)).toEqualTypeOf<Door>()
    expectTypeOf(useSnapshot(run, ({ state }) => state.at)).toEqualTypeOf<'closed' | 'open' | 'locked'>()
    expectTypeOf(useSnapshot(run, ({ state }) => (state.at === 'locked' ? state.code : undefined))).toEqualTypeOf<
      string | undefined
    >()
    expectTypeOf(useSnapshot(run.snapshot, ({ sequence }) => sequence)).toEqualTypeOf<number>()
    expectTypeOf(useSnapshot(run.snapshot)).toEqualTypeOf<Snapshot<Door>>()
  })

  test('refuses members that the state does not have', () => {
    // @ts-expect-error no state of the door has a key
    useSnapshot(run, ({ state }) => state.key)
    // @ts-expect-error only the locked door has a code
    useSnapshot(run, ({ state }) => state.code)
    // @ts-expect-error a machine is not a run
    useSnapshot(door)
    // @ts-expect-error outputs are not snapshots
    useSnapshot(run.out)
  })

  test('compares selections', () => {
    useSnapshot(
      run,
      ({ state }) => state.at,
      (one, other) => {
        expectTypeOf(one).toEqualTypeOf<'closed' | 'open' | 'locked'>()
        return one === other
      },
    )
    const isSameNumber = (one: number, other: number) => one === other
    // @ts-expect-error selections are strings here
    useSnapshot(run, ({ state }) => state.at, isSameNumber)
  })
})

describe('useSend', () => {
  const send = useSend(run)

  test('takes the events of the machine, and batches of them', () => {
    expectTypeOf(send).toEqualTypeOf<Send<DoorEvent>>()
    expectTypeOf(send).parameter(0).toEqualTypeOf<DoorEvent | readonly DoorEvent[]>()
    expectTypeOf(send({ type: 'OPEN' })).toEqualTypeOf<RunError | undefined>()
    send([{ type: 'OPEN' }, { type: 'CLOSE' }])
    send({ type: 'LOCK', code: '42' })
  })

  test('refuses other events', () => {
    // @ts-expect-error no such event
    send({ type: 'SHUT' })
    // @ts-expect-error locking takes a code
    send({ type: 'LOCK' })
    // @ts-expect-error one event of the batch is not an event of the door
    send([{ type: 'OPEN' }, { type: 'SHUT' }])
    // @ts-expect-error an event is required
    send()
    // @ts-expect-error a machine is not a run
    useSend(door)
  })
})

describe('useRun', () => {
  test('returns a run of the machine', () => {
    expectTypeOf(useRun(door)).toEqualTypeOf<Run<Door, DoorEvent, DoorOutput, undefined>>()
    expectTypeOf(useRun(door, { createdAt: 0, nonce: new Uint8Array(16) }).id).toEqualTypeOf<string>()
  })

  test('requires the input of the machine if it takes one, or a history', () => {
    const history = useRun(room, { input: { doors: 1 } }).toJSON()
    useRun(room, { history })
    useRun(room, { history, head: history.head, revalidate: true })
    // @ts-expect-error neither an input nor a history
    useRun(room)
    // @ts-expect-error neither an input nor a history
    useRun(room, { createdAt: 0 })
    // @ts-expect-error doors is a number
    useRun(room, { input: { doors: '1' } })
    // @ts-expect-error a history is not text
    useRun(door, { history: '' })
  })

  test('takes a history that may be undefined', () => {
    useRun(door, { history: maybe })
    useRun(room, { history: maybe, input: { doors: 1 } })
    // @ts-expect-error there may be neither an input nor a history
    useRun(room, { history: maybe })
  })
})
