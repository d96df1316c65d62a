// Suspense around components on a run and inside them, and transitions: what is kept, and what is handled once.

import { act, render } from '@testing-library/react'
import { createRun, type Run } from '@xmachines/core'
import { useOutputs, useRun, useSnapshot } from '@xmachines/react'
import { lazy, Suspense, startTransition, useEffect, useState } from 'react'
import { describe, expect, test } from 'vitest'
import { type CounterEvent, counter } from './machines.ts'
import { expectQuietConsole, missed, modes, takeWarnings } from './modes.tsx'
import { workOn } from './work.ts'

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

/** A component that suspends until a test lets it arrive. */
function late() {
  let arrive: (module: { default: () => string }) => void = () => {}
  const Part = lazy(() => new Promise<{ default: () => string }>((resolve) => (arrive = resolve)))
  return { Part, arrive: () => act(async () => arrive({ default: () => 'arrived' })) }
}

const inc = (run: CounterRun) => act(async () => void run.in.send({ type: 'INC' }))

describe.each(modes)('Suspense %s', (_mode, Mode) => {
  expectQuietConsole()

  test('a run made above the boundary stays one run, however often React discards the children', async () => {
    const runs = new Set<CounterRun>()
    const { Part, arrive } = late()
    const Inside = ({ run }: { run: CounterRun }) => {
      runs.add(run)
      return (
        <p>
          {useSnapshot(run, ({ state }) => state.count)} <Part />
        </p>
      )
    }
    const Panel = () => {
      const run = useRun(counter)
      useEffect(() => void runs.add(run), [run])
      return (
        <Suspense fallback="waiting">
          <Inside run={run} />
        </Suspense>
      )
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    expect(container.textContent).toBe('waiting')
    await inc([...runs].at(-1) as CounterRun)
    await arrive()
    expect(container.textContent).toBe('1 arrived')
    const committed = [...runs].at(-1)
    await inc(committed as CounterRun)
    expect(container.textContent).toBe('2 arrived')
  })

  test('a component that suspends before its first commit handles nothing before it, and no output twice after it', async () => {
    const run = workOn()
    const started: string[] = []
    const { Part, arrive } = late()
    const Worker = () => {
      useOutputs(run, { task: ({ name }) => void started.push(name) })
      return <Part />
    }
    render(
      <Suspense fallback="waiting">
        <Worker />
      </Suspense>,
      { wrapper: Mode },
    )
    await act(async () => void run.in.send({ type: 'DO', name: 'before' }))
    expect(started).toEqual([])
    await arrive()
    await act(async () => void run.in.send({ type: 'DO', name: 'a' }))
    expect(started).toEqual(['a'])
    expect(takeWarnings()).toEqual([missed('task', 0)])
  })

  test('a component that a boundary hides continues to handle outputs, because its effects stay', async () => {
    const run = workOn()
    const started: string[] = []
    const { Part, arrive } = late()
    const Worker = ({ more }: { more: boolean }) => {
      useOutputs(run, { task: ({ name }) => void started.push(name) })
      return more ? <Part /> : null
    }
    const tree = (more: boolean) => (
      <Suspense fallback="waiting">
        <Worker more={more} />
      </Suspense>
    )
    const { container, rerender } = render(tree(false), { wrapper: Mode })
    rerender(tree(true))
    expect(container.textContent).toBe('waiting')
    await act(async () => void run.in.send({ type: 'DO', name: 'a' }))
    await arrive()
    await act(async () => void run.in.send({ type: 'DO', name: 'b' }))
    expect(started).toEqual(['a', 'b'])
  })

  test('the current state is shown when a boundary shows its children again', async () => {
    const run = createRun(counter)
    const { Part, arrive } = late()
    const Show = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    const tree = (more: boolean) => (
      <Suspense fallback="waiting">
        <Show />
        {more && <Part />}
      </Suspense>
    )
    const { container, rerender } = render(tree(false), { wrapper: Mode })
    rerender(tree(true))
    await inc(run)
    await arrive()
    expect(container.textContent).toBe('1arrived')
  })
})

describe.each(modes)('a transition %s', (_mode, Mode) => {
  expectQuietConsole()

  test('that sends shows the result at once, in every component', async () => {
    const run = createRun(counter)
    const Show = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    const { container } = render([<Show key={1} />, <Show key={2} />], { wrapper: Mode })
    await act(async () => startTransition(() => void run.in.send({ type: 'INC' })))
    expect(container.textContent).toBe('11')
  })

  test('that suspends keeps the page, its run and its handlers, and shows events that are sent in the meantime', async () => {
    const run = workOn()
    const started: string[] = []
    const { Part, arrive } = late()
    let turn = (): void => {}
    const Panel = () => {
      const own = useRun(counter)
      const [more, setMore] = useState(false)
      turn = () => startTransition(() => setMore(true))
      useOutputs(run, { task: ({ name }) => void started.push(name) })
      const shown = useSnapshot(run, ({ sequence }) => sequence)
      return (
        <Suspense fallback="waiting">
          {own.id.length} {shown} {more && <Part />}
        </Suspense>
      )
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    await act(async () => turn())
    await act(async () => void run.in.send({ type: 'DO', name: 'a' }))
    expect(container.textContent).not.toContain('arrived')
    expect(container.textContent).toContain('40 1')
    await arrive()
    expect(container.textContent).toBe('40 1 arrived')
    expect(started).toEqual(['a'])
  })
})
