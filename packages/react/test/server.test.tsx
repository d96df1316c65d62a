// @vitest-environment node
// Rendering on a server, without a page.

import { createRun } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { version } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { counter } from './machines.ts'
import { expectQuietConsole } from './modes.tsx'
import { runProcess } from './run-process.ts'

describe('the server', () => {
  expectQuietConsole()
  afterEach(() => {
    vi.useRealTimers()
  })

  test('shows the current state, whatever the initial one was', () => {
    const run = createRun(counter)
    run.in.send([{ type: 'INC' }, { type: 'INC' }])
    const Panel = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    expect(renderToString(<Panel />)).toBe('<p>2</p>')
  })

  test('throws the fatal error of a run', () => {
    const run = createRun(counter)
    run.in.send({ type: 'BREAK' })
    const Panel = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    expect(() => renderToString(<Panel />)).toThrow(run.error)
  })

  test('rendering makes no subscription and no timer', () => {
    vi.useFakeTimers()
    const run = createRun(counter)
    const subscribe = vi.spyOn(run.snapshot, 'subscribe')
    const Panel = () => {
      const own = useRun(counter)
      useSend(own)
      return (
        <p>
          {useSnapshot(own, ({ state }) => state.count)} {useSnapshot(run, ({ state }) => state.count)}
        </p>
      )
    }
    renderToString(<Panel />)
    expect(subscribe).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('5,000 renders leave nothing in memory, and the process ends', () => {
    const report = runProcess('server-process.ts')
    expect(report).toMatchObject({ react: version, renders: 5000, runsAlive: 0, opened: [] })
    expect(report['grown']).toBeLessThan(250_000)
  })
})
