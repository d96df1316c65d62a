// A component that receives another machine, or a history too late: it keeps its run, in development and in production.

import { createRun, defineMachine, type RunDocument } from '@xmachines/core'
import { createRunContext, useRun, useSnapshot } from '@xmachines/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { modes } from '../modes.tsx'
import { mount } from './mount.tsx'

const wizard = (version: string, next: string) =>
  defineMachine<string, { type: 'NEXT' }>({ name: 'wizard', version, initial: 'one', on: { NEXT: () => next } })

const [free, pro] = [wizard('free', 'end'), wizard('pro', 'two')]
/** Only development warns. */
const warnings = process.env['NODE_ENV'] === 'production' ? 0 : 1

let warn: MockInstance
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(modes)('a component %s keeps its run', (_mode, Mode) => {
  test.each([
    ['another version', pro],
    ['another machine of the same name and version', wizard('free', 'elsewhere')],
  ])('if a later render brings %s', async (_which, other) => {
    const ids = new Set<string>()
    const Panel = ({ machine }: { machine: typeof free }): ReactNode => {
      const run = useRun(machine)
      ids.add(run.id)
      return (
        <button type="button" onClick={() => run.in.send({ type: 'NEXT' })}>
          {useSnapshot(run, ({ state }) => state)}
        </button>
      )
    }
    const page = (machine: typeof free): ReactNode => (
      <Mode>
        <Panel machine={machine} />
      </Mode>
    )
    const { container, show } = await mount(page(free))
    ids.clear()
    await show(page(other))
    container.querySelector('button')?.click()
    await show(page(other))
    expect(container.textContent).toBe('end')
    expect(ids.size).toBe(1)
    expect(warn).toHaveBeenCalledTimes(warnings)
  })

  test('if its history arrives late', async () => {
    const run = createRun(free)
    run.in.send({ type: 'NEXT' })
    const Wizard = createRunContext(free)
    const Show = (): ReactNode => Wizard.useSnapshot(({ state }) => state)
    const page = (history: RunDocument<{ type: 'NEXT' }> | null): ReactNode => (
      <Mode>
        <Wizard.Provider history={history}>
          <Show />
        </Wizard.Provider>
      </Mode>
    )
    const { container, show } = await mount(page(null))
    await show(page(run.toJSON()))
    expect(container.textContent).toBe('one')
    expect(warn).toHaveBeenCalledTimes(warnings)
  })
})
