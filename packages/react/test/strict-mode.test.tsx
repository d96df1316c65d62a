// StrictMode in a development build: it renders twice, and cleans up every effect once and runs it again.

import { act, render } from '@testing-library/react'
import type { Run } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { StrictMode, useEffect } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type CounterEvent, counter } from './machines.ts'
import { expectQuietConsole } from './modes.tsx'

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

expectQuietConsole()
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('no event that is sent or streamed is lost or applied twice', async () => {
  const effects: string[] = []
  const runs = new Set<CounterRun>()
  const Panel = () => {
    const run = useRun(counter)
    const count = useSnapshot(run, ({ state }) => state.count)
    const send = useSend(run)
    useEffect(() => {
      runs.add(run)
      effects.push('run')
      return () => void effects.push('cleaned up')
    }, [run])
    return (
      <button type="button" onClick={() => send({ type: 'INC' })}>
        {count}
      </button>
    )
  }
  const { container, unmount } = render(<Panel />, { wrapper: StrictMode })
  // Proves that this is StrictMode.
  expect(effects).toEqual(['run', 'cleaned up', 'run'])
  expect(runs.size).toBe(1)
  const [run] = runs
  if (run === undefined) throw new Error('no run was committed')

  act(() => container.querySelector('button')?.click())
  act(() => container.querySelector('button')?.click())
  expect(container.textContent).toBe('2')
  await act(async () => run.in.getWriter().write({ type: 'INC' }))
  expect(container.textContent).toBe('2')
  act(() => void vi.advanceTimersToNextFrame())
  expect(container.textContent).toBe('3')

  expect(run.snapshot.current).toEqual({ state: { count: 3 }, status: 'active', sequence: 3 })
  expect(run.toJSON().records).toHaveLength(4)
  expect(run.position).toBe(3)
  const outputs = run.out.getReader()
  for (const count of [1, 2, 3]) expect((await outputs.read()).value).toEqual({ type: 'counted', count })
  unmount()
  expect(vi.getTimerCount()).toBe(0)
})

test('events that are sent while effects are cleaned up and run again are shown', async () => {
  let begun: CounterRun | undefined
  const Early = ({ run }: { run: CounterRun }) => {
    // This runs once before StrictMode cleans up the effects, and once after.
    useEffect(() => void run.in.send({ type: 'INC' }), [run])
    return null
  }
  const Panel = () => {
    const run = useRun(counter)
    begun = run
    return (
      <>
        <p>{useSnapshot(run, ({ state }) => state.count)}</p>
        <Early run={run} />
      </>
    )
  }
  const { container } = render(<Panel />, { wrapper: StrictMode })
  expect(begun?.snapshot.current.sequence).toBe(2)
  expect(container.textContent).toBe('2')
})
