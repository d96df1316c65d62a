// useSnapshot over any stream of snapshots: who reads it, for how long, and what is shown until there is one.

import { act, render } from '@testing-library/react'
import { createRun, type Snapshot } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { Suspense } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { counter } from './machines.ts'
import { caught, expectQuietConsole, modes, muteErrors, Retry, tryAgain } from './modes.tsx'

type Count = Snapshot<{ count: number }>

const snapshot = (count: number): Count => ({ state: { count }, status: 'active', sequence: count })

/** A stream of snapshots that a test feeds by hand. */
function fed() {
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

  test('suspends until the first, and then shows each that comes', async () => {
    const { stream, give } = fed()
    const { container } = mount(stream)
    expect(container.textContent).toBe('waiting')
    await give(1)
    expect(container.textContent).toBe('1')
    await give(2, 3)
    expect(container.textContent).toBe('3')
  })

  test('reads with one reader for all components, and lets go of it with the last', async () => {
    const { stream, give } = fed()
    const getReader = vi.spyOn(stream, 'getReader')
    const { container, unmount } = mount(stream, 3)
    await give(1)
    // One for the first snapshot; where it had nobody to tell yet, another for those behind.
    const readers = getReader.mock.calls.length
    await give(2)
    expect(shown(container)).toEqual(['2', '2', '2'])
    expect(getReader).toHaveBeenCalledTimes(readers)
    expect(stream.locked).toBe(true)
    unmount()
    expect(stream.locked).toBe(false)
  })

  test('nothing is lost to who lets go and comes back', async () => {
    const { stream, give } = fed()
    const { unmount } = mount(stream)
    await give(1)
    unmount()
    await give(2)
    const { container } = mount(stream)
    await give()
    expect(container.textContent).toBe('2')
  })

  test('many snapshots that come at once are one render', async () => {
    const { stream, give } = fed()
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

  test('a stream that ends goes on showing its last', async () => {
    const { stream, give, close } = fed()
    const { container } = mount(stream)
    await give(1, 2)
    await close()
    expect(container.textContent).toBe('2')
    expect(stream.locked).toBe(false)
  })

  test('a branch of a run’s snapshot port shows what the run does', async () => {
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

  test('an error status is shown, and thrown at nobody', async () => {
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

describe.each(modes)('a stream that has nothing to show %s', (_mode, Mode) => {
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

  test('throws what it is errored with, before its first snapshot', async () => {
    const { stream, fail } = fed()
    const { unmute } = mount(stream)
    await fail(new Error('no such page'))
    unmute()
    expect(caught()).toBe('no such page')
  })

  test('throws what it is errored with, behind its first snapshot', async () => {
    const { stream, give, fail } = fed()
    const { shown, unmute } = mount(stream)
    await give(1)
    expect(shown()).toBe('1')
    await fail(new Error('the line went dead'))
    unmute()
    expect(caught()).toBe('the line went dead')
  })

  test('throws where it ends before its first snapshot', async () => {
    const { stream, close } = fed()
    const { unmute } = mount(stream)
    await close()
    unmute()
    expect(caught()).toBe('The stream of snapshots ended before its first.')
  })

  test('throws where somebody else reads it, and shows it once that lets go and the boundary tries again', async () => {
    const { stream, give } = fed()
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
