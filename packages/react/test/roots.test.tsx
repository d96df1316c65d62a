// Two React roots on one run, and components that unmount during an effect or a handler.

import { act, render } from '@testing-library/react'
import { createRun } from '@xmachines/core'
import { useOutputs, useRefusals, useSnapshot } from '@xmachines/react'
import { useLayoutEffect } from 'react'
import { describe, expect, test } from 'vitest'
import { counter } from './machines.ts'
import { expectQuietConsole, modes } from './modes.tsx'
import { workOn } from './work.ts'

describe.each(modes)('two roots on one run %s', (_mode, Mode) => {
  expectQuietConsole()

  test('each handle every output once, and the remaining one continues when the other is unmounted', async () => {
    const run = workOn()
    const started: string[] = []
    const Worker = ({ who }: { who: string }) => {
      useOutputs(run, { task: ({ name }) => void started.push(`${who} ${name}`) })
      useRefusals(run, ({ reason }) => void started.push(`${who} ${String(reason)}`))
      return null
    }
    const one = render(<Worker who="one" />, { wrapper: Mode })
    render(<Worker who="two" />, { wrapper: Mode })
    await act(async () => {
      run.in.send({ type: 'DO', name: 'a' })
      run.in.send({ type: 'REFUSED', name: 'b' })
    })
    one.unmount()
    await act(async () => void run.in.send({ type: 'DO', name: 'c' }))
    expect(started.toSorted()).toEqual(['one a', 'one not b', 'two a', 'two c', 'two not b'])
  })
})

describe.each(modes)('unmounting during an effect %s', (_mode, Mode) => {
  expectQuietConsole()

  test('a component sees no new state after its effect has sent the event that unmounts it', async () => {
    const run = createRun(counter)
    const seen: number[] = []
    const Once = () => {
      const count = useSnapshot(run, ({ state }) => state.count)
      seen.push(count)
      useLayoutEffect(() => {
        if (run.snapshot.current.sequence === 0) run.in.send({ type: 'INC' })
      }, [])
      return <i>{count}</i>
    }
    const App = () => (useSnapshot(run, ({ state }) => state.count) === 0 ? <Once /> : <b>gone</b>)
    const { container } = render(<App />, { wrapper: Mode })
    await act(async () => {})
    expect(container.textContent).toBe('gone')
    expect(new Set(seen)).toEqual(new Set([0]))
  })

  test('a handler whose event unmounts its component is aborted, and its event is applied', async () => {
    const run = workOn()
    const signals: AbortSignal[] = []
    const Worker = () => {
      useOutputs(run, {
        task: ({ name }, { signal }) => {
          signals.push(signal)
          return { type: 'DID', name }
        },
      })
      return <i>working</i>
    }
    const App = () => (useSnapshot(run, ({ state }) => state.done.length) === 0 ? <Worker /> : <b>done</b>)
    const { container } = render(<App />, { wrapper: Mode })
    await act(async () => {
      run.in.send({ type: 'DO', name: 'a' })
      await nextFrame()
    })
    await act(nextFrame)
    expect(container.textContent).toBe('done')
    expect(run.snapshot.current.state.done).toEqual(['a'])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
