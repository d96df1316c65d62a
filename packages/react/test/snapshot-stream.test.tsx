// useSnapshot on any stream of snapshots: who reads the stream, for how long, and what is shown before the first one.

import { act, render } from '@testing-library/react'
import { createRun, type Snapshot } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { Suspense } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { counter } from './machines.ts'
import { caught, expectQuietConsole, modes, muteErrors, Retry, tryAgain } from './modes.tsx'

type Count = Snapshot<{ count: number }>

const snapshot = (count: number): Count => ({ state: { count }, status: 'active', sequence: count })

/** A stream of snapshots that a test fills by hand. */
function manualStream() {
  let controller: ReadableStreamDefaultController<Count> | undefined
  const stream = new ReadableStream<Count>({
    start(given) {
      controller = given
    },
  })
  return {
    stream,
    give: (...counts: readonly number[]) =>
      act(async () => {
        for (const count of counts) controller?.enqueue(snapshot(count))
        await nextFrame()
      }),
    close: () =>
      act(async () => {
        controller?.close()
        await nextFrame()
      }),
    fail: (thrown: unknown) =>
      act(async () => {
        controller?.error(thrown)
        await nextFrame()
      }),
  }
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))

function Show({ stream }: { stream: ReadableStream<Count> }) {
  return <p>{useSnapshot(stream, ({ state }) => state.count)}</p>
}

const shown = (container: HTMLElement) => [...container.querySelectorAll('p')].map(({ textContent }) => textContent)

describe.each(modes)('useSnapshot of a stream %s', (_mode, Mode) => {
  expectQuietConsole()

  const mount = (stream: ReadableStream<Count>, panels = 1) =>
    render(
      <Suspense fallback={<i>waiting</i>}>
        {Array.from({ length: panels }, (_, index) => (
          <Show key={index} stream={stream} />
        ))}
      </Suspense>,
      { wrapper: Mode },
    )

  test('suspends until the first snapshot, and then shows each newer one', async () => {
    const { stream, give } = manualStream()
    const { container } = mount(stream)
    expect(container.textContent).toBe('waiting')
    await give(1)
    expect(container.textContent).toBe('1')
    await give(2, 3)
    expect(container.textContent).toBe('3')
  })

  test('reads with one reader for all components, and releases it when the last unmounts', async () => {
    const { stream, give } = manualStream()
    const getReader = vi.spyOn(stream, 'getReader')
    const { container, unmount } = mount(stream, 3)
    await give(1)
    // One for the first snapshot, and another for later ones if nobody listened yet when it arrived.
    const readers = getReader.mock.calls.length
    await give(2)
    expect(shown(container)).toEqual(['2', '2', '2'])
    expect(getReader).toHaveBeenCalledTimes(readers)
    expect(stream.locked).toBe(true)
    unmount()
    expect(stream.locked).toBe(false)
  })

  test('a component that unmounts and mounts again misses no snapshot', async () => {
    const { stream, give } = manualStream()
    const { unmount } = mount(stream)
    await give(1)
    unmount()
    await give(2)
    const { container } = mount(stream)
    await give()
    expect(container.textContent).toBe('2')
  })

  test('many snapshots that arrive together cause one render', async () => {
    const { stream, give } = manualStream()
    let renders = 0
    const Counted = () => {
      renders++
      return <p>{useSnapshot(stream, ({ sequence }) => sequence)}</p>
    }
    const { container } = render(
      <Suspense>
        <Counted />
      </Suspense>,
      { wrapper: Mode },
    )
    await give(1)
    const before = renders
    await give(...Array.from({ length: 1000 }, (_, index) => index + 2))
    expect(container.textContent).toBe('1001')
    expect(renders - before).toBeLessThanOrEqual(4)
  })

  test('the last snapshot stays when the stream ends', async () => {
    const { stream, give, close } = manualStream()
    const { container } = mount(stream)
    await give(1, 2)
    await close()
    expect(container.textContent).toBe('2')
    expect(stream.locked).toBe(false)
  })

  test('a branch of a run’s snapshot port shows the state of the run', async () => {
    const run = createRun(counter)
    const [branch] = run.snapshot.tee()
    const plain = branch.pipeThrough(new TransformStream<Count, Count>())
    const { container } = mount(plain)
    await act(nextFrame)
    expect(container.textContent).toBe('0')
    await act(async () => {
      run.in.send({ type: 'INC' })
      await nextFrame()
    })
    expect(container.textContent).toBe('1')
  })

  test('an error status is shown, and nothing is thrown', async () => {
    const run = createRun(counter)
    run.in.send({ type: 'BREAK' })
    const Status = ({ stream }: { stream: ReadableStream<Count> }) => <p>{useSnapshot(stream).status}</p>
    const plain = run.snapshot.pipeThrough(new TransformStream<Count, Count>())
    const { container } = render(
      <Suspense>
        <Status stream={plain} />
      </Suspense>,
      { wrapper: Mode },
    )
    await act(nextFrame)
    expect(container.textContent).toBe('error')
  })
})

describe.each(modes)('a stream without a snapshot to show %s', (_mode, Mode) => {
  const mount = (stream: ReadableStream<Count>) => {
    const unmute = muteErrors()
    const { container } = render(
      <Retry>
        <Suspense fallback={<i>waiting</i>}>
          <Show stream={stream} />
        </Suspense>
      </Retry>,
      { wrapper: Mode },
    )
    return { shown: () => container.querySelector('p')?.textContent, unmute }
  }

  test('throws its error, before its first snapshot', async () => {
    const { stream, fail } = manualStream()
    const { unmute } = mount(stream)
    await fail(new Error('no such page'))
    unmute()
    expect(caught()).toBe('no such page')
  })

  test('throws its error, after its first snapshot', async () => {
    const { stream, give, fail } = manualStream()
    const { shown, unmute } = mount(stream)
    await give(1)
    expect(shown()).toBe('1')
    await fail(new Error('the connection was lost'))
    unmute()
    expect(caught()).toBe('the connection was lost')
  })

  test('throws if it ends before its first snapshot', async () => {
    const { stream, close } = manualStream()
    const { unmute } = mount(stream)
    await close()
    unmute()
    expect(caught()).toBe('The stream ended before its first snapshot. Write a snapshot before you close it.')
  })

  test('throws if somebody else reads it, and is shown after that reader is released and the boundary tries again', async () => {
    const { stream, give } = manualStream()
    const reader = stream.getReader()
    const { shown, unmute } = mount(stream)
    expect(caught()).toMatch(/locked/)
    reader.releaseLock()
    await tryAgain()
    unmute()
    await give(1)
    expect(shown()).toBe('1')
  })
})
