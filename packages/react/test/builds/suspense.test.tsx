// A run that changes while Suspense hides a component, or while its effects run again in StrictMode.

import { createRun, type Snapshot } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { lazy, memo, type ReactNode, Suspense, useEffect } from 'react'
import { expect, test, vi } from 'vitest'
import { counter } from '../machines.ts'
import { modes } from '../modes.tsx'
import { mount } from './mount.tsx'

const countOf = ({ state }: Snapshot<{ count: number }>): number => state.count

/** When an event is sent. */
const times = ['while it is hidden', 'from an effect that runs again', 'when an effect is cleaned up'] as const

const cases = modes.flatMap(([mode, Mode]) =>
  times.flatMap((time) =>
    [false, true].flatMap((other) => [true, false].map((before) => ({ mode, Mode, time, other, before }))),
  ),
)

// Side by side, because React shows a boundary again 300 ms after it hid it, and not earlier.
test.concurrent.for(cases)(
  'a component shows every event that was sent $time, $mode, another subscribes: $other, the sender comes first: $before',
  async ({ Mode, time, other, before }, { onTestFinished }) => {
    const run = createRun(counter)
    let sent = 0
    const send = (): void => {
      sent++
      run.in.send({ type: 'INC' })
    }
    let arrive: (module: { default: () => ReactNode }) => void = () => {}
    const Late = lazy(() => new Promise<{ default: () => ReactNode }>((resolve) => (arrive = resolve)))
    const Shown = memo(function Shown(_props: { version: number }): ReactNode {
      return <b>{useSnapshot(run, countOf)}</b>
    })
    const Other = (): ReactNode => <i>{useSnapshot(run, countOf)}</i>
    let armed = false
    const Sender = (): ReactNode => {
      // StrictMode runs this again when the boundary shows its children again.
      useEffect(() => {
        if (armed && time === times[1]) send()
        return () => {
          if (armed && time === times[2]) send()
        }
      }, [])
      return null
    }
    const page = (version: number, late: boolean): ReactNode => (
      <Mode>
        {other && <Other />}
        <Suspense fallback="waiting">
          {before && <Sender />}
          <Shown version={version} />
          {!before && <Sender />}
          {late && <Late />}
        </Suspense>
      </Mode>
    )
    const { container, show } = await mount(page(1, false), onTestFinished)
    // The component renders once more, and nothing has changed.
    await show(page(2, false))
    await show(page(2, true))
    armed = true
    if (time === times[0]) send()
    arrive({ default: () => <u>arrived</u> })
    await vi.waitFor(() => expect(container.querySelector('u')).not.toBeNull(), { interval: 5 })
    await show(page(2, true))
    armed = false
    await vi.waitFor(() => expect(container.querySelector('b')?.textContent).toBe(String(sent)), { interval: 5 })
    if (other) expect(container.querySelector('i')?.textContent).toBe(String(sent))
  },
)
