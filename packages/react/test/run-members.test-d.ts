// Each hook takes any object with the members of a run that it uses: these objects have no others and extend no class.

import type { RunError, Snapshot } from '@xmachines/core'
import { type Send, useOutputs, useRefusals, useSend, useSnapshot } from '@xmachines/react'
import { describe, expectTypeOf, test } from 'vitest'
import { type Door, type DoorEvent, type DoorOutput, door, run } from './typed-machines.ts'

interface DoorSnapshots {
  readonly current: Snapshot<Door>
  readonly initial: Snapshot<Door>
  readonly subscribe: (listener: (sent: boolean) => void) => () => void
}

declare const snapshots: DoorSnapshots
declare const shown: { readonly snapshot: DoorSnapshots; readonly error: RunError | undefined }
declare const sender: { readonly in: { readonly send: Send<DoorEvent> } }
declare const emitter: {
  readonly id: string
  readonly position: number
  ports(): {
    readonly in: WritableStream<DoorEvent | readonly DoorEvent[]>
    readonly out: ReadableStream<DoorOutput>
  }
}
declare const refuser: { ports(): { readonly err: ReadableStream<RunError> } }

describe('an object with the members that a hook uses', () => {
  test('is enough for useSnapshot', () => {
    expectTypeOf(useSnapshot(shown)).toEqualTypeOf<Snapshot<Door>>()
    expectTypeOf(useSnapshot(snapshots, ({ state }) => state.at)).toEqualTypeOf<'closed' | 'open' | 'locked'>()
    // @ts-expect-error it has no snapshot
    useSnapshot(sender)
  })

  test('is enough for useSend', () => {
    expectTypeOf(useSend(sender)).toEqualTypeOf<Send<DoorEvent>>()
    // @ts-expect-error it has no `in`
    useSend(shown)
  })

  test('is enough for useOutputs', () => {
    useOutputs(emitter, { alarm: ({ tried }) => ({ type: 'LOCK', code: tried }) })
    // @ts-expect-error no such output
    useOutputs(emitter, { bell: () => undefined })
    // @ts-expect-error no such event
    useOutputs(emitter, { alarm: () => ({ type: 'SHUT' }) })
    // @ts-expect-error it emits nothing
    useOutputs(refuser, {})
  })

  test('is enough for useRefusals', () => {
    useRefusals(refuser, (refusal) => expectTypeOf(refusal).toEqualTypeOf<RunError>())
    // @ts-expect-error it has no `err`
    useRefusals(emitter, () => {})
  })
})

describe('a run of more events', () => {
  type Opening = Extract<DoorEvent, { type: 'OPEN' }>

  test('can be used for the events that a component needs', () => {
    expectTypeOf(useSend<Opening>(run)).toEqualTypeOf<Send<Opening>>()
    useOutputs<Opening, DoorOutput>(run, { alarm: () => ({ type: 'OPEN' }) })
    // @ts-expect-error the component does not use this event
    useOutputs<Opening, DoorOutput>(run, { alarm: () => ({ type: 'CLOSE' }) })
    // @ts-expect-error the door does not take this event
    useSend<{ type: 'SHUT' }>(run)
    // @ts-expect-error a machine is not a run
    useSend<Opening>(door)
  })
})
