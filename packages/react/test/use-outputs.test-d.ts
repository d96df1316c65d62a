import type { Run, RunError, Snapshot } from '@xmachines/core'
import { createRunContext, type RunContext, type Send, useOutputs, useRefusals, useSnapshot } from '@xmachines/react'
import { describe, expectTypeOf, test } from 'vitest'
import { type Door, type DoorEvent, type DoorOutput, door, room, run } from './typed-machines.ts'

describe('useOutputs', () => {
  test('gives each handler its output, an abort signal and a key', () => {
    useOutputs(run, {
      alarm: (output, { signal, key }) => {
        expectTypeOf(output).toEqualTypeOf<{ type: 'alarm'; tried: string }>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(key).toEqualTypeOf<string>()
      },
      light: ({ on }) => {
        expectTypeOf(on).toEqualTypeOf<boolean>()
      },
    })
  })

  test('lets handlers return events of the machine: one, several or none, now or later', () => {
    useOutputs(run, { alarm: () => ({ type: 'CLOSE' }) })
    useOutputs(run, { alarm: async () => [{ type: 'CLOSE' }, { type: 'LOCK', code: '42' }] })
    useOutputs(run, { alarm: async () => undefined, light: () => {} })
    useOutputs(run, {})
    // @ts-expect-error no such event
    useOutputs(run, { alarm: () => ({ type: 'SHUT' }) })
    // @ts-expect-error locking takes a code
    useOutputs(run, { alarm: async () => ({ type: 'LOCK' }) })
    // @ts-expect-error one event of the batch is not an event of the door
    useOutputs(run, { light: () => [{ type: 'OPEN' }, { type: 'SHUT' }] })
  })

  test('refuses handlers of outputs that the machine does not emit', () => {
    // @ts-expect-error no such output
    useOutputs(run, { bell: () => undefined })
    // @ts-expect-error an alarm has no code
    useOutputs(run, { alarm: ({ code }) => void code })
    // @ts-expect-error there are no handlers
    useOutputs(run)
    // @ts-expect-error a machine is not a run
    useOutputs(door, {})
  })

  test('takes handlers that are cancelled, and gives them the state of the machine', () => {
    useOutputs(run, {
      alarm: {
        handle: (output, { state, signal }) => {
          expectTypeOf(output).toEqualTypeOf<{ type: 'alarm'; tried: string }>()
          expectTypeOf(state).toEqualTypeOf<Door>()
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
          return { type: 'CLOSE' }
        },
        while: (state, { tried }) => state.at === 'locked' && tried !== '',
        latest: true,
        timeout: 1000,
        onTimeout: () => [{ type: 'CLOSE' }],
      },
    })
    // @ts-expect-error no such event
    useOutputs(run, { alarm: { handle: () => ({ type: 'SHUT' }) } })
    // @ts-expect-error there is nothing to handle the output with
    useOutputs(run, { alarm: { latest: true } })
    // @ts-expect-error a timeout is missing
    useOutputs(run, { alarm: { handle: () => undefined, onTimeout: () => undefined } })
    // @ts-expect-error no such state
    useOutputs(run, { alarm: { handle: () => undefined, while: ({ at }) => at === 'ajar' } })
  })

  test('begins at a position', () => {
    useOutputs(run, {}, { from: 'start' })
    useOutputs(run, {}, { from: 3 })
    // @ts-expect-error not a position
    useOutputs(run, {}, { from: 'end' })
  })
})

describe('useRefusals', () => {
  test('calls its listener with refusals', () => {
    useRefusals(run, (refusal) => expectTypeOf(refusal).toEqualTypeOf<RunError>())
    // @ts-expect-error a refusal is not text
    useRefusals(run, (refusal: string) => refusal)
    // @ts-expect-error a machine is not a run
    useRefusals(door, () => {})
  })
})

describe('useSnapshot', () => {
  test('knows the state of a stream of snapshots', () => {
    const stream = new ReadableStream<Snapshot<Door>>()
    expectTypeOf(useSnapshot(stream)).toEqualTypeOf<Snapshot<Door>>()
    expectTypeOf(useSnapshot(stream, ({ state }) => state.at)).toEqualTypeOf<'closed' | 'open' | 'locked'>()
    // @ts-expect-error no state of the door has a key
    useSnapshot(stream, ({ state }) => state.key)
    // @ts-expect-error these are not snapshots
    useSnapshot(new ReadableStream<string>())
  })
})

describe('createRunContext', () => {
  const Front = createRunContext(door)
  const Room = createRunContext(room)

  test('binds the hooks to the machine', () => {
    expectTypeOf(Front).toEqualTypeOf<RunContext<Door, DoorEvent, DoorOutput, undefined>>()
    expectTypeOf(Front.useRun()).toEqualTypeOf<Run<Door, DoorEvent, DoorOutput, undefined>>()
    expectTypeOf(Front.useSend()).toEqualTypeOf<Send<DoorEvent>>()
    expectTypeOf(Front.useSnapshot()).toEqualTypeOf<Snapshot<Door>>()
    expectTypeOf(Front.useSnapshot(({ state }) => state.at)).toEqualTypeOf<'closed' | 'open' | 'locked'>()
    Front.useOutputs({ alarm: ({ tried }) => ({ type: 'LOCK', code: tried }) })
    // @ts-expect-error no such output
    Front.useOutputs({ bell: () => undefined })
    // @ts-expect-error no such event
    Front.useSend()({ type: 'SHUT' })
  })

  test('its Provider takes a run, or the options of useRun', () => {
    Front.Provider({})
    Front.Provider({ run })
    Front.Provider({ history: run.toJSON(), head: run.head })
    Room.Provider({ input: { doors: 1 } })
    // @ts-expect-error there is neither an input nor a run
    Room.Provider({})
    // @ts-expect-error a run of another machine
    Room.Provider({ run })
    // @ts-expect-error doors is a number
    Room.Provider({ input: { doors: '1' } })
  })
})
