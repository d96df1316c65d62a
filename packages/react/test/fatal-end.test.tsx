// Fatal errors at error boundaries, and how to recover if the run is inside the boundary or outside.

import { act, render, screen } from '@testing-library/react'
import { createRun, type Run } from '@xmachines/core'
import { createRunContext, useOutputs, useRefusals, useRun, useSend, useSnapshot } from '@xmachines/react'
import { useEffect, useState } from 'react'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CounterEvent, counter } from './machines.ts'
import { Boundary, caught, modes, muteErrors, Retry, tryAgain } from './modes.tsx'

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

describe.each(modes)('a fatal error %s', (_mode, Mode) => {
  let unmute = (): void => {}
  beforeEach(() => {
    unmute = muteErrors()
  })
  afterEach(() => unmute())

  const breakIt = (run: CounterRun) => act(async () => void run.in.send({ type: 'BREAK' }))

  test('reaches the nearest boundary of each component, and components on another run stay', async () => {
    const [one, other] = [createRun(counter), createRun(counter)]
    const Show = ({ run }: { run: CounterRun }) => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    const { container } = render(
      <Boundary>
        <Show run={other} />
        <Boundary>
          <Show run={one} />
        </Boundary>
      </Boundary>,
      { wrapper: Mode },
    )
    await breakIt(one)
    expect(container.querySelectorAll('p')).toHaveLength(2)
    expect(container.textContent).toMatch(/^0.*it broke/)
  })

  test('of a run inside the boundary is gone after a reset, which makes a new run', async () => {
    const runs: CounterRun[] = []
    const Panel = () => {
      const run = useRun(counter)
      useEffect(() => {
        if (runs.at(-1) !== run) runs.push(run)
      }, [run])
      return <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    }
    const { container } = render(
      <Retry>
        <Panel />
      </Retry>,
      { wrapper: Mode },
    )
    await act(async () => void runs[0]?.in.send({ type: 'INC' }))
    await breakIt(runs[0] as CounterRun)
    expect(caught()).toMatch(/it broke/)
    await tryAgain()
    expect(caught()).toBeUndefined()
    expect(container.querySelector('p')?.textContent).toBe('0')
    expect(runs).toHaveLength(2)
    expect(runs[1]?.id).not.toBe(runs[0]?.id)
  })

  test('of a run outside the boundary is thrown again after a reset, until there is another run', async () => {
    const Show = ({ run }: { run: CounterRun }) => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    let renew = (): void => {}
    let held: CounterRun | undefined
    const App = () => {
      const [run, setRun] = useState(() => createRun(counter))
      held = run
      renew = () => setRun(createRun(counter))
      return (
        <Retry>
          <Show run={run} />
        </Retry>
      )
    }
    const { container } = render(<App />, { wrapper: Mode })
    await breakIt(held as CounterRun)
    await tryAgain()
    expect(caught()).toMatch(/it broke/)
    await act(async () => renew())
    await tryAgain()
    expect(caught()).toBeUndefined()
    expect(container.querySelector('p')?.textContent).toBe('0')
  })

  test('of a Provider’s run is gone when a new key gives it another run', async () => {
    const Counter = createRunContext(counter)
    let send: (event: CounterEvent) => unknown = () => {}
    const Show = () => {
      send = Counter.useSend()
      return <p>{Counter.useSnapshot(({ state }) => state.count)}</p>
    }
    const App = () => {
      const [order, setOrder] = useState(0)
      return (
        <Counter.Provider key={order}>
          <Retry onRetry={() => setOrder(order + 1)}>
            <Show />
          </Retry>
        </Counter.Provider>
      )
    }
    const { container } = render(<App />, { wrapper: Mode })
    await act(async () => void send({ type: 'BREAK' }))
    expect(caught()).toMatch(/it broke/)
    await tryAgain()
    expect(caught()).toBeUndefined()
    expect(container.querySelector('p')?.textContent).toBe('0')
  })

  test('keeps the history: the committed batches restore as an active run', async () => {
    const run = createRun(counter)
    const Panel = ({ failed }: { failed: CounterRun }) => {
      const [history] = useState(() => failed.toJSON())
      const restored = useRun(counter, { history })
      const send = useSend(restored)
      return (
        <p>
          <button type="button" onClick={() => send({ type: 'INC' })}>
            {useSnapshot(restored, ({ state }) => state.count)}
          </button>
        </p>
      )
    }
    run.in.send({ type: 'INC' })
    run.in.send({ type: 'BREAK' })
    render(<Panel failed={run} />, { wrapper: Mode })
    await act(async () => screen.getByRole('button').click())
    expect(screen.getByRole('button').textContent).toBe('2')
  })

  test('of a run whose outputs are handled leaves no unhandled rejection when the component unmounts', async () => {
    const run = createRun(counter)
    const rejections: unknown[] = []
    const note = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', note)
    const Panel = () => {
      useOutputs(run, { counted: () => undefined })
      useRefusals(run, () => undefined)
      return <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    }
    const { unmount } = render(
      <Boundary>
        <Panel />
      </Boundary>,
      { wrapper: Mode },
    )
    await breakIt(run)
    expect(caught()).toMatch(/it broke/)
    unmount()
    // Node reports unhandled rejections in a task of their own.
    await new Promise((resolve) => setTimeout(resolve))
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })

  test('is thrown in a component whose selection did not change, and in one that selects nothing', async () => {
    const run = createRun(counter)
    const Still = () => <p>{useSnapshot(run, () => 'still')}</p>
    const { container } = render(
      <Boundary>
        <Still />
      </Boundary>,
      { wrapper: Mode },
    )
    expect(container.textContent).toBe('still')
    await breakIt(run)
    expect(container.textContent).toMatch(/it broke/)
  })
})
