// When components are notified, and of which snapshot. The tests control frames and timers by hand.

import { act, render } from '@testing-library/react'
import { createRun } from '@xmachines/core'
import { useSend, useSnapshot } from '@xmachines/react'
import { type ReactNode, useLayoutEffect, useState } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CounterEvent, counter, twice } from './machines.ts'
import { Boundary, expectQuietConsole, modes, muteErrors } from './modes.tsx'

const inc: CounterEvent = { type: 'INC' }

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'performance'],
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe.each(modes)('notification %s', (_mode, Mode) => {
  expectQuietConsole()

  /** A run, a function that streams events into it, and components that show it and record their commits. */
  function setup() {
    const run = createRun(counter)
    const { subscribe } = run.snapshot
    let subscriptions = 0
    vi.spyOn(run.snapshot, 'subscribe').mockImplementation((listener) => {
      subscriptions++
      const stop = subscribe(listener)
      return () => {
        subscriptions--
        stop()
      }
    })
    const writer = run.in.getWriter()
    const stream = async (...events: CounterEvent[]) => {
      // A fatal write rejects. These tests do not check that.
      await act(async () => void (await Promise.allSettled(events.map((event) => writer.write(event)))))
    }
    const send = (event: CounterEvent) => act(() => void run.in.send(event))
    const frame = () => act(() => void vi.advanceTimersToNextFrame())
    const committed: string[] = []
    const again: Record<string, () => void> = {}
    const Show = ({ name }: { name: string }) => {
      const count = useSnapshot(run, ({ state }) => state.count)
      const [, setTime] = useState(0)
      again[name] = () => act(() => setTime((time) => time + 1))
      useLayoutEffect(() => {
        committed.push(`${name} ${count}`)
      })
      return <p>{count}</p>
    }
    const show = (children: ReactNode) => render(children, { wrapper: Mode })
    return { run, subscriptions: () => subscriptions, stream, send, frame, committed, again, Show, show }
  }
  const shownIn = (...containers: Element[]) =>
    containers.flatMap((container) => [...container.querySelectorAll('p')].map((p) => Number(p.textContent)))

  test('a sent event is shown at once, without a frame', () => {
    const { send, Show, show } = setup()
    const { container } = show(<Show name="a" />)
    send(inc)
    expect(shownIn(container)).toEqual([1])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('streamed events are shown at the next frame, all in one commit', async () => {
    const { run, stream, frame, committed, Show, show } = setup()
    const { container } = show(<Show name="a" />)
    committed.length = 0
    await stream(...Array.from({ length: 100 }, () => inc))
    expect(run.snapshot.current.state.count).toBe(100)
    expect(shownIn(container)).toEqual([0])
    frame()
    expect(shownIn(container)).toEqual([100])
    expect(committed).toEqual(['a 100'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('each frame shows the events since the frame before', async () => {
    const { stream, frame, committed, Show, show } = setup()
    show(<Show name="a" />)
    committed.length = 0
    for (let time = 0; time < 3; time++) {
      await stream(inc, inc)
      frame()
    }
    frame()
    expect(committed).toEqual(['a 2', 'a 4', 'a 6'])
  })

  test.each([
    ['stop', () => 1],
    ['do not exist', undefined],
  ])('if frames %s, a streamed event is shown after 100 ms', async (_title, requestFrame) => {
    vi.stubGlobal('requestAnimationFrame', requestFrame)
    const { stream, Show, show } = setup()
    const { container } = show(<Show name="a" />)
    await stream(inc)
    act(() => void vi.advanceTimersByTime(99))
    expect(shownIn(container)).toEqual([0])
    act(() => void vi.advanceTimersByTime(1))
    expect(shownIn(container)).toEqual([1])
    await stream(inc)
    act(() => void vi.advanceTimersByTime(100))
    expect(shownIn(container)).toEqual([2])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a send also shows the events streamed before it, and the frame then shows nothing new', async () => {
    const { stream, send, frame, committed, Show, show } = setup()
    show(<Show name="a" />)
    committed.length = 0
    await stream(inc, inc)
    send(inc)
    expect(committed).toEqual(['a 3'])
    expect(vi.getTimerCount()).toBe(0)
    frame()
    expect(committed).toEqual(['a 3'])
  })

  test('a refused send shows nothing, and streamed events keep waiting for the frame', async () => {
    const { stream, send, frame, Show, show } = setup()
    const { container } = show(<Show name="a" />)
    await stream(inc)
    send({ type: 'REFUSED' })
    expect(shownIn(container)).toEqual([0])
    frame()
    expect(shownIn(container)).toEqual([1])
  })

  test('a component that renders by itself between two notifications shows the same as its siblings', async () => {
    const { stream, frame, committed, again, Show, show } = setup()
    const { container } = show([<Show key="a" name="a" />, <Show key="b" name="b" />])
    committed.length = 0
    await stream(inc)
    again['b']?.()
    expect(committed).toEqual(['b 0'])
    expect(shownIn(container)).toEqual([0, 0])
    frame()
    expect(shownIn(container)).toEqual([1, 1])
  })

  test('a component that mounts between two notifications shows the same as the others, and is notified with them', async () => {
    const { stream, frame, Show, show } = setup()
    const { container, rerender } = show(<Show key="a" name="a" />)
    await stream(inc)
    rerender([<Show key="a" name="a" />, <Show key="b" name="b" />])
    expect(shownIn(container)).toEqual([0, 0])
    frame()
    expect(shownIn(container)).toEqual([1, 1])
  })

  test('two roots on one run show the same, whichever renders between two notifications', async () => {
    const { stream, frame, again, Show, show } = setup()
    const one = show(<Show name="a" />)
    await stream(inc)
    const other = show(<Show name="b" />)
    again['a']?.()
    expect(shownIn(one.container, other.container)).toEqual([0, 0])
    frame()
    expect(shownIn(one.container, other.container)).toEqual([1, 1])
    await stream(inc)
    one.unmount()
    expect(shownIn(other.container)).toEqual([1])
    frame()
    expect(shownIn(other.container)).toEqual([2])
  })

  test('components on a run and on its snapshot port show the same', async () => {
    const { run, stream, frame, Show, show } = setup()
    const OfPort = () => <p>{useSnapshot(run.snapshot, ({ state }) => state.count)}</p>
    const { container, rerender } = show(<Show key="a" name="a" />)
    await stream(inc)
    rerender([<Show key="a" name="a" />, <OfPort key="b" />])
    expect(shownIn(container)).toEqual([0, 0])
    frame()
    expect(shownIn(container)).toEqual([1, 1])
  })

  test('when the last component unmounts no timer is left, and a later component shows the current state', async () => {
    const { run, subscriptions, stream, committed, Show, show } = setup()
    const { unmount } = show(<Show name="a" />)
    await stream(inc)
    expect(vi.getTimerCount()).toBe(2)
    unmount()
    expect(vi.getTimerCount()).toBe(0)
    await stream(inc)
    expect(vi.getTimerCount()).toBe(0)
    expect(subscriptions()).toBe(0)
    expect(run.snapshot.current.state.count).toBe(2)
    committed.length = 0
    show(<Show name="a" />)
    expect(new Set(committed)).toEqual(new Set(['a 2']))
    expect(subscriptions()).toBe(1)
  })

  test('a component that replaces the last one between two notifications ends up with the current state', async () => {
    const { run, stream, frame, Show, show } = setup()
    const { container, rerender } = show(<Show key="a" name="a" />)
    await stream(inc)
    rerender(<Show key="b" name="b" />)
    expect(shownIn(container)).toEqual([run.snapshot.current.state.count])
    await stream(inc)
    frame()
    expect(shownIn(container)).toEqual([2])
  })

  test('an event between the first render of a component and its subscription is shown', () => {
    const { run, Show, show } = setup()
    const Early = () => {
      useLayoutEffect(() => void run.in.send(inc), [])
      return null
    }
    const { container } = show([<Show key="a" name="a" />, <Early key="b" />])
    expect(shownIn(container)).toEqual([run.snapshot.current.state.count])
    expect(run.snapshot.current.state.count).toBeGreaterThan(0)
  })

  test('a run has one subscription for all its components, and none after they unmount', () => {
    const { subscriptions, Show, show } = setup()
    const { unmount } = show([<Show key="a" name="a" />, <Show key="b" name="b" />])
    const other = show(<Show name="c" />)
    expect(subscriptions()).toBe(1)
    unmount()
    expect(subscriptions()).toBe(1)
    other.unmount()
    expect(subscriptions()).toBe(0)
  })

  test('an event that a subscriber sends is shown in every component', async () => {
    const { run, stream, Show, show } = setup()
    const { container } = show([<Show key="a" name="a" />, <Show key="b" name="b" />])
    const stop = run.snapshot.subscribe(() => {
      if (run.snapshot.current.state.count === 1) run.in.send(inc)
    })
    await stream(inc)
    stop()
    expect(shownIn(container)).toEqual([2, 2])
  })

  test('completion by a streamed event is shown at the next frame', async () => {
    const run = createRun(twice)
    const Panel = () => <p>{useSnapshot(run, ({ state, status }) => `${state.at} ${status}`)}</p>
    const { container } = render(<Panel />, { wrapper: Mode })
    const writer = run.in.getWriter()
    await act(async () => writer.write([{ type: 'INC' }, { type: 'INC' }]))
    expect(container.textContent).toBe('never active')
    act(() => void vi.advanceTimersToNextFrame())
    expect(container.textContent).toBe('twice done')
    await expect(writer.closed).rejects.toMatchObject({ code: 'RUN_DONE' })
  })
})

describe.each(modes)('errors %s', (_mode, Mode) => {
  let unmute = () => {}
  beforeEach(() => {
    unmute = muteErrors()
  })
  afterEach(() => unmute())

  test('a fatal error of a streamed event is thrown at the next frame, and not before', async () => {
    const run = createRun(counter)
    const onError = vi.fn()
    let again = () => {}
    const Panel = () => {
      const [, setTime] = useState(0)
      again = () => act(() => setTime((time) => time + 1))
      return <p>{useSnapshot(run, () => 'fine')}</p>
    }
    const { container } = render(
      <Boundary onError={onError}>
        <Panel />
      </Boundary>,
      { wrapper: Mode },
    )
    const writer = run.in.getWriter()
    const write = writer.write({ type: 'BREAK' })
    await act(async () => void (await Promise.allSettled([write])))
    again()
    expect(container.textContent).toBe('fine')
    expect(onError).not.toHaveBeenCalled()
    act(() => void vi.advanceTimersToNextFrame())
    expect(onError.mock.calls).toEqual([[run.error]])
    expect(container.textContent).toBe(run.error?.message)
    await expect(writer.closed).rejects.toBe(run.error)
  })

  test('React stops a component that sends without end, and other components keep working', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const run = createRun(counter)
    const Endless = () => {
      const send = useSend(run)
      const count = useSnapshot(run, ({ state }) => state.count)
      useLayoutEffect(() => {
        // React allows fewer than 200 updates. The limit ends the test if React does not.
        if (count > 0 && count < 200) send(inc)
      }, [count, send])
      return null
    }
    const Panel = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    const onError = vi.fn()
    const { container } = render(
      <>
        <Boundary onError={onError}>
          <Endless />
        </Boundary>
        <Panel />
      </>,
      { wrapper: Mode },
    )
    act(() => void run.in.send(inc))
    expect(onError.mock.lastCall?.[0].message).toContain('Maximum update depth exceeded')
    expect(reported).toHaveBeenCalledTimes(1)
    expect(run.snapshot.current.state.count).toBeLessThan(200)
    expect(container.querySelector('p:not([role])')?.textContent).toBe(String(run.snapshot.current.state.count))
  })
})
