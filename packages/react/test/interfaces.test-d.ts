// `Run` and its ports are interfaces: an object with their members is a run, and a run also is one of fewer events.

import type { InPort, Ports, PortsOptions, Run, RunError, Snapshot, SnapshotPort } from '@xmachines/core'
import {
  createRunContext,
  type RunContext,
  type Send,
  useOutputs,
  useRefusals,
  useSend,
  useSnapshot,
} from '@xmachines/react'
import { describe, expectTypeOf, test } from 'vitest'
import { type Door, type DoorEvent, type DoorOutput, door, run } from './typed-machines.ts'

/** The members of a type, without its class. */
type Members<Type> = { readonly [Member in keyof Type]: Type[Member] }

/** An object type with the members of another, some of them replaced. */
type Replace<Type, Replacements> = {
  readonly [Member in Exclude<keyof Type, keyof Replacements>]: Type[Member]
} & Readonly<Replacements>

type DoorRun = Run<Door, DoorEvent, DoorOutput>

interface RemotePorts {
  in: Members<InPort<DoorEvent>>
  writable: Members<InPort<DoorEvent>>
  snapshot: Members<SnapshotPort<Door>>
}

interface RemoteMembers extends Omit<RemotePorts, 'writable'> {
  ports: (options?: PortsOptions) => Replace<Ports<Door, DoorEvent, DoorOutput>, RemotePorts>
}

/** A run written by hand, for example one at the other end of a connection. */
declare const remote: Replace<DoorRun, RemoteMembers>

type Opening = Extract<DoorEvent, { type: 'OPEN' }>
type OpeningRun = Run<Door, Opening, DoorOutput>

const Front = createRunContext(door)

/** Compiles only if a value is assignable to a type. */
declare function accept<Type>(value: Type): void

describe('an object with the members of a run', () => {
  test('is a run', () => {
    accept<DoorRun>(remote)
    accept<InPort<DoorEvent>>(remote.in)
    accept<SnapshotPort<Door>>(remote.snapshot)
    accept<Ports<Door, DoorEvent, DoorOutput>>(remote.ports())
  })

  test('can be used with every hook', () => {
    expectTypeOf(useSnapshot(remote)).toEqualTypeOf<Snapshot<Door>>()
    expectTypeOf(useSnapshot(remote.snapshot)).toEqualTypeOf<Snapshot<Door>>()
    expectTypeOf(useSend(remote)).toEqualTypeOf<Send<DoorEvent>>()
    useOutputs(remote, { alarm: ({ tried }) => ({ type: 'LOCK', code: tried }) })
    useRefusals(remote, (refusal) => expectTypeOf(refusal).toEqualTypeOf<RunError>())
  })

  test('can be provided by a context', () => {
    Front.Provider({ run: remote })
  })
})

describe('a run of more events', () => {
  test('is a run of fewer events', () => {
    accept<OpeningRun>(run)
    accept<InPort<Opening>>(run.in)
    accept<Ports<Door, Opening, DoorOutput>>(run.ports())
  })

  test('can be used by components that know fewer events', () => {
    const opening: OpeningRun = run
    expectTypeOf(useSend(opening)).toEqualTypeOf<Send<Opening>>()
    expectTypeOf(useSnapshot(opening)).toEqualTypeOf<Snapshot<Door>>()
    useOutputs(opening, { alarm: () => ({ type: 'OPEN' }) })
    // @ts-expect-error these components do not know this event
    useOutputs(opening, { alarm: () => ({ type: 'CLOSE' }) })
  })

  test('can be provided by their context', () => {
    const Opening = {} as RunContext<Door, Opening, DoorOutput, undefined>
    Opening.Provider({ run })
  })
})

describe('a run of fewer events', () => {
  test('is not a run of more events', () => {
    const opening = {} as OpeningRun
    // @ts-expect-error it does not take every event of the door
    useSend<DoorEvent>(opening)
    // @ts-expect-error it does not take every event of the door
    Front.Provider({ run: opening })
  })
})
