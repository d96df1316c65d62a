// A run that changes behind a hidden <Activity>, or while it is shown again. On React 19.2, `useSyncExternalStore` does
// not compare the snapshot when its subscription is restored. React 18 has no <Activity> and does not run this file.

import { createRun, type Run, type Snapshot } from '@xmachines/core'
import { createRunContext, useSnapshot } from '@xmachines/react'
import { Activity, memo, type ReactNode, useEffect, useLayoutEffect } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { type CounterEvent, counter } from '../machines.ts'
import { modes } from '../modes.tsx'
import { mount } from './mount.tsx'

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

const send = (run: CounterRun): void => void run.in.send({ type: 'INC' })
const stream = (run: CounterRun): void => {
  const writer = run.ports().in.getWriter()
  void writer.write({ type: 'INC' })
}

const countOf = ({ state }: Snapshot<{ count: number }>): number => state.count
const Counter = createRunContext(counter)

/** What a component shows, and from where it reads it. */
const shows: readonly (readonly [string, (run: CounterRun) => number])[] = [
  ['a selection from the run', (run) => useSnapshot(run, countOf)],
  ['a selection by a new function', (run) => useSnapshot(run, ({ state }) => state.count)],
  ['the whole snapshot', (run) => useSnapshot(run).state.count],
  ['a selection from the port', (run) => useSnapshot(run.snapshot, countOf)],
  ['a selection from a context', () => Counter.useSnapshot(countOf)],
]

/** When the run changes, and how. */
const changes = [
  ['a send while it is hidden', 'hidden', send],
  ['a write while it is hidden', 'hidden', stream],
  ['a send from a layout effect of the commit that shows it', 'layout', send],
  ['a write from a layout effect of the commit that shows it', 'layout', stream],
  ['a send from an effect of the commit that shows it', 'effect', send],
] as const

const cases = modes.flatMap(([mode, Mode]) =>
  changes.flatMap(([change, when, make]) =>
    shows.flatMap(([what, useCount]) =>
      [false, true].map((other) => ({ mode, Mode, change, when, make, what, useCount, other })),
    ),
  ),
)

describe('an <Activity> that is shown again', () => {
  test.each(cases)(
    'shows $what after $change, $mode, another component subscribes: $other',
    async ({ Mode, when, make, useCount, other }) => {
      const run = createRun(counter)
      const Shown = memo(function Shown(_props: { version: number }): ReactNode {
        return <b>{useCount(run)}</b>
      })
      const Other = (): ReactNode => <i>{useSnapshot(run, countOf)}</i>
      let armed = false
      function change(at: string): void {
        if (!armed || at !== when) return
        armed = false
        make(run)
      }
      const Page = ({ mode, version }: { mode: 'visible' | 'hidden'; version: number }): ReactNode => {
        useLayoutEffect(() => change('layout'))
        useEffect(() => change('effect'))
        return (
          <Mode>
            <Counter.Provider run={run}>
              {other && <Other />}
              <Activity mode={mode}>
                <Shown version={version} />
              </Activity>
            </Counter.Provider>
          </Mode>
        )
      }
      const { container, show } = await mount(<Page mode="visible" version={1} />)
      // The component renders once more and nothing has changed: React 19.2 drops its check of the snapshot then.
      await show(<Page mode="visible" version={2} />)
      await show(<Page mode="hidden" version={2} />)
      armed = true
      change('hidden')
      await show(<Page mode="visible" version={2} />)
      await vi.waitFor(() => expect(container.querySelector('b')?.textContent).toBe('1'), { interval: 5 })
    },
  )

  test('renders a component once if it changed meanwhile, and not at all if it did not', async () => {
    const run = createRun(counter)
    const renders: number[] = []
    const Shown = memo(function Shown(): ReactNode {
      const count = useSnapshot(run, countOf)
      renders.push(count)
      return <b>{count}</b>
    })
    const page = (mode: 'visible' | 'hidden'): ReactNode => (
      <Activity mode={mode}>
        <Shown />
      </Activity>
    )
    const { container, show } = await mount(page('visible'))
    await show(page('hidden'))
    await show(page('visible'))
    expect(renders).toEqual([0])
    await show(page('hidden'))
    send(run)
    await show(page('visible'))
    await vi.waitFor(() => expect(container.textContent).toBe('1'), { interval: 5 })
    expect(renders).toEqual([0, 1])
  })

  test('renders a component once if its parent gave it other props, too', async () => {
    const run = createRun(counter)
    const renders: string[] = []
    const Shown = ({ version }: { version: number }): ReactNode => {
      const count = useSnapshot(run, countOf)
      renders.push(`${version} ${count}`)
      return <b>{count}</b>
    }
    const page = (mode: 'visible' | 'hidden', version: number): ReactNode => (
      <Activity mode={mode}>
        <Shown version={version} />
      </Activity>
    )
    const { show } = await mount(page('visible', 1))
    await show(page('hidden', 1))
    renders.length = 0
    send(run)
    await show(page('visible', 2))
    await show(page('visible', 2))
    expect(renders.filter((render) => render.startsWith('2'))).toEqual(['2 1', '2 1'])
  })
})
