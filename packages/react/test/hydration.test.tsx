// Hydration of pages from a server. Both sides restore the run from its history, as two processes would.

import { act, render } from '@testing-library/react'
import { createRun, type Run, type RunDocument, restoreRun } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import {
  type FunctionComponent,
  memo,
  type PropsWithChildren,
  type ReactNode,
  Suspense,
  useEffect,
  version,
} from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CounterEvent, counter } from './machines.ts'
import { expectQuietConsole, modes } from './modes.tsx'

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

/** The text that the server sends with its page: a history of three batches. */
function historyText(): string {
  const run = createRun(counter)
  for (let batch = 0; batch < 3; batch++) run.in.send({ type: 'INC' })
  return JSON.stringify(run)
}

const parsed = (text: string) => JSON.parse(text) as RunDocument<CounterEvent>

describe.each(modes)('hydration %s', (_mode, Mode) => {
  expectQuietConsole()

  const recovered = vi.fn()
  const containers: HTMLElement[] = []
  beforeEach(() => recovered.mockClear())
  afterEach(() => {
    for (const container of containers.splice(0)) container.remove()
  })

  /** A page as a server sends it. */
  function page(html: string): HTMLElement {
    const container = document.createElement('div')
    container.innerHTML = html
    document.body.append(container)
    containers.push(container)
    return container
  }

  function hydrate(children: ReactNode, container: HTMLElement) {
    const Wrapper: FunctionComponent<PropsWithChildren> = ({ children: inside }) => <Mode>{inside}</Mode>
    return render(children, { container, hydrate: true, wrapper: Wrapper, onRecoverableError: recovered })
  }

  const Panel = ({ history }: { history: RunDocument<CounterEvent> }) => {
    const run = useRun(counter, { history })
    const send = useSend(run)
    return (
      <button type="button" onClick={() => send({ type: 'INC' })} data-run={run.id}>
        {useSnapshot(run, ({ state }) => state.count)}
      </button>
    )
  }

  test('a run restored from its history has the same id and state on both sides, and the page continues', () => {
    const text = historyText()
    const html = renderToString(
      <Mode>
        <Panel history={parsed(text)} />
      </Mode>,
    )
    expect(html).toContain(`data-run="${parsed(text).records[0]?.oid}"`)
    expect(html).toContain('>3</button>')
    const container = page(html)
    const button = container.querySelector('button')
    hydrate(<Panel history={parsed(text)} />, container)
    expect(container.innerHTML).toBe(html)
    act(() => button?.click())
    expect(container.querySelector('button')).toBe(button)
    expect(button?.textContent).toBe('4')
    expect(recovered).not.toHaveBeenCalled()
  })

  const Show = ({ run }: { run: CounterRun }) => <p>{useSnapshot(run, ({ state }) => state.count)}</p>

  test('events that came before hydration are shown after it', () => {
    const text = historyText()
    const html = renderToString(
      <Mode>
        <Show run={restoreRun(counter, parsed(text))} />
      </Mode>,
    )
    const container = page(html)
    const paragraph = container.querySelector('p')
    const run = restoreRun(counter, parsed(text))
    run.in.send({ type: 'INC' })
    hydrate(<Show run={run} />, container)
    expect(container.querySelector('p')).toBe(paragraph)
    expect(paragraph?.textContent).toBe('4')
    expect(recovered).not.toHaveBeenCalled()
  })

  /** A page with one boundary that hydrates later than the rest, because a part of it has not arrived. */
  function late() {
    const text = historyText()
    let arrived = true
    let arrive = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrive = () => {
        arrived = true
        resolve()
      }
    })
    const Late = ({ run }: { run: CounterRun }) => {
      if (!arrived) throw arrival
      return <Show run={run} />
    }
    const Below = memo(({ run }: { run: CounterRun }) => (
      <Suspense fallback="waiting">
        <Late run={run} />
      </Suspense>
    ))
    const Shell = ({ history }: { history: RunDocument<CounterEvent> }) => {
      const run = useRun(counter, { history })
      const count = useSnapshot(run, ({ state }) => state.count)
      const send = useSend(run)
      return (
        <>
          <button type="button" onClick={() => send({ type: 'INC' })}>
            {count}
          </button>
          <Below run={run} />
        </>
      )
    }
    const html = renderToString(
      <Mode>
        <Shell history={parsed(text)} />
      </Mode>,
    )
    arrived = false
    const container = page(html)
    hydrate(<Shell history={parsed(text)} />, container)
    const paragraph = container.querySelector('p')
    const button = container.querySelector('button')
    return { container, paragraph, button, arrive: () => act(async () => arrive()) }
  }

  test('events that come before a boundary hydrates are shown in it afterwards', async () => {
    const { container, paragraph, button, arrive } = late()
    act(() => button?.click())
    act(() => button?.click())
    expect(button?.textContent).toBe('5')
    expect(paragraph?.textContent).toBe('3')
    await arrive()
    expect(container.querySelector('p')).toBe(paragraph)
    expect(paragraph?.textContent).toBe('5')
    act(() => button?.click())
    expect(paragraph?.textContent).toBe('6')
    expect(recovered).not.toHaveBeenCalled()
  })

  describe('a boundary that receives the state as a prop, if an event comes before it hydrates', () => {
    const Passed = ({ run, count }: { run: CounterRun; count: number }) => (
      <p>
        {count} {useSnapshot(run, ({ state }) => state.count)}
      </p>
    )
    const Shell = ({ history, early }: { history: RunDocument<CounterEvent>; early: boolean }) => {
      const run = useRun(counter, { history })
      const count = useSnapshot(run, ({ state }) => state.count)
      const send = useSend(run)
      // React hydrates the shell first, and the boundary in a later task.
      useEffect(() => {
        if (early && run.snapshot.current.sequence === 3) send({ type: 'INC' })
      }, [early, run, send])
      return (
        <Suspense fallback="waiting">
          <Passed run={run} count={count} />
        </Suspense>
      )
    }

    function hydrated() {
      const text = historyText()
      const html = renderToString(
        <Mode>
          <Shell history={parsed(text)} early={false} />
        </Mode>,
      )
      const container = page(html)
      const paragraph = container.querySelector('p')
      hydrate(<Shell history={parsed(text)} early={true} />, container)
      return { container, paragraph }
    }

    test.runIf(!version.startsWith('18.'))('is hydrated by React 19, and then shows the event', () => {
      const { container, paragraph } = hydrated()
      expect(container.querySelector('p')).toBe(paragraph)
      expect(container.textContent).toBe('4 4')
      expect(recovered).not.toHaveBeenCalled()
    })

    test.runIf(version.startsWith('18.'))('is rendered again by React 18', () => {
      const { container } = hydrated()
      expect(container.textContent).toBe('4 4')
      expect(String(recovered.mock.lastCall?.[0])).toContain('received an update before it finished hydrating')
    })
  })
})
