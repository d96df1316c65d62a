// Hooks on an object that is not a run but has the members that they use, such as a run at the other end of a
// connection.

import { act, render } from '@testing-library/react'
import type { PortsOptions } from '@xmachines/core'
import { type Send, useOutputs, useRefusals, useSend, useSnapshot } from '@xmachines/react'
import { describe, expect, test } from 'vitest'
import { expectQuietConsole, modes } from './modes.tsx'
import { type WorkEvent, type WorkRun, workOn } from './work.ts'

/** The members that the hooks use, in plain objects. */
function membersOf(run: WorkRun) {
  return {
    id: run.id,
    get position() {
      return run.position
    },
    get error() {
      return run.error
    },
    in: { send: run.in.send },
    snapshot: {
      get current() {
        return run.snapshot.current
      },
      initial: run.snapshot.initial,
      subscribe: run.snapshot.subscribe,
    },
    ports(options?: PortsOptions) {
      const { in: input, out, err } = run.ports(options)
      return { in: input, out, err }
    },
  }
}

describe.each(modes)('an object with the members of a run %s', (_mode, Mode) => {
  expectQuietConsole()

  test('can be shown, sent to and followed', async () => {
    const remote = membersOf(workOn())
    const refusals: string[] = []
    let send: Send<WorkEvent> = () => undefined
    const Panel = () => {
      send = useSend(remote)
      useOutputs(remote, { task: ({ name }) => ({ type: 'DID', name }) })
      useRefusals(remote, ({ reason }) => void refusals.push(String(reason)))
      const done = useSnapshot(remote, ({ state }) => state.done)
      const sequence = useSnapshot(remote.snapshot, (snapshot) => snapshot.sequence)
      return `${done.join()} ${sequence}`
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    await act(async () => {
      send({ type: 'DO', name: 'a' })
      send({ type: 'REFUSED', name: 'b' })
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    })
    expect(container.textContent).toBe('a 2')
    expect(refusals).toEqual(['not b'])
  })
})
