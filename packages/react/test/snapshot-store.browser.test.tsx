// A thousand events that arrive through streams, in a real browser with real frames. The tests count frames, not time.

import { render } from '@testing-library/react'
import { createRun } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { countFrames } from './frames.ts'
import { type CounterEvent, counter } from './machines.ts'
import { expectQuietConsole, modes } from './modes.tsx'

const COUNT = 1000

const sources: readonly (readonly [string, () => ReadableStream<CounterEvent>])[] = [
  ['that always has the next one ready', ready],
  ['that delivers one in each task', oneATask],
  ['in a worker', fromWorker],
]

beforeEach(() => {
  // Updates come from streams, as they do on a page.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe.each(modes)('%s', (_mode, Mode) => {
  expectQuietConsole()

  describe.each(sources)('1,000 events from a source %s', (_source, open) => {
    test('cause at most one render a frame, and the next frame shows the last state', async () => {
      const run = createRun(counter)
      const commits: number[] = []
      const frames = countFrames()
      const Panel = () => {
        const count = useSnapshot(run, ({ state }) => state.count)
        useLayoutEffect(() => {
          commits.push(frames.count())
        })
        return <p>{count}</p>
      }
      const { container } = render(<Panel />, { wrapper: Mode })
      commits.length = 0

      await open().pipeTo(run.in, { preventClose: true })
      const written = frames.count()
      await vi.waitFor(() => expect(container.textContent).toBe(String(COUNT)), { interval: 1 })
      frames.stop()

      expect(commits.at(-1)).toBeLessThanOrEqual(written + 1)
      expect(commits).toEqual([...new Set(commits)])
    })

    test('never make two components show different states, even when one renders by itself', async () => {
      const run = createRun(counter)
      let renderAgain = () => {}
      let comeAndGo = () => {}
      const Show = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
      const Restless = () => {
        const [, setTime] = useState(0)
        renderAgain = () => flushSync(() => setTime((time) => time + 1))
        return <p>{useSnapshot(run, ({ sequence }) => sequence)}</p>
      }
      const Coming = () => {
        const [shown, setShown] = useState(true)
        comeAndGo = () => flushSync(() => setShown((was) => !was))
        return shown ? <Show /> : null
      }
      const { container } = render([<Show key="a" />, <Restless key="b" />, <Coming key="c" />], { wrapper: Mode })
      const other = render(<Show />, { wrapper: Mode })

      const torn: string[][] = []
      let outdated = 0
      const look = () => {
        const shown = [container, other.container].flatMap((each) =>
          [...each.querySelectorAll('p')].map(({ textContent }) => textContent),
        )
        if (new Set(shown).size > 1) torn.push(shown)
        if (shown[0] !== String(run.snapshot.current.state.count)) outdated++
      }
      const observer = new MutationObserver(look)
      observer.observe(document.body, { subtree: true, childList: true, characterData: true })

      let passed = 0
      const restless = new TransformStream<CounterEvent, CounterEvent>({
        transform(event, controller) {
          controller.enqueue(event)
          if (++passed % 10 > 0) return
          renderAgain()
          look()
          comeAndGo()
          look()
        },
      })
      await open().pipeThrough(restless).pipeTo(run.in, { preventClose: true })
      await vi.waitFor(() => expect(container.textContent?.startsWith(String(COUNT))).toBe(true), { interval: 1 })
      look()
      observer.disconnect()

      expect(torn).toEqual([])
      // If the page had never been outdated, nothing could have torn.
      expect(outdated).toBeGreaterThan(0)
    })
  })

  test('a sent event is shown before the browser paints, even while streamed events wait', async () => {
    const run = createRun(counter)
    const Panel = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    const { container } = render(<Panel />, { wrapper: Mode })
    const writer = run.in.getWriter()
    await writer.write({ type: 'INC' })
    expect(container.textContent).toBe('0')
    flushSync(() => void run.in.send({ type: 'INC' }))
    expect(container.textContent).toBe('2')
  })
})

function ready(): ReadableStream<CounterEvent> {
  let given = 0
  return new ReadableStream({
    pull(controller) {
      controller.enqueue({ type: 'INC' })
      if (++given === COUNT) controller.close()
    },
  })
}

function oneATask(): ReadableStream<CounterEvent> {
  const { port1, port2 } = new MessageChannel()
  let given = 0
  return new ReadableStream({
    start(controller) {
      port1.onmessage = () => {
        controller.enqueue({ type: 'INC' })
        if (++given < COUNT) return port2.postMessage(undefined)
        controller.close()
        port1.close()
      }
      port2.postMessage(undefined)
    },
  })
}

function fromWorker(): ReadableStream<CounterEvent> {
  const script = `
    let given = 0
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue({ type: 'INC' })
        if (++given === ${COUNT}) controller.close()
      },
    })
    postMessage(stream, [stream])`
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(url)
  const { readable, writable } = new TransformStream<CounterEvent, CounterEvent>()
  worker.onmessage = async ({ data }: MessageEvent<ReadableStream<CounterEvent>>) => {
    await data.pipeTo(writable)
    worker.terminate()
    URL.revokeObjectURL(url)
  }
  return readable
}
