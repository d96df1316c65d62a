// A stream of snapshots from a server component: the server renders the first one, and the page continues from there.

import type { Snapshot } from '@xmachines/core'
import { useOutputs, useSnapshot } from '@xmachines/react'
import { Suspense } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToReadableStream } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { expectQuietConsole, missed, modes, takeWarnings } from './modes.tsx'
import { type WorkRun, workOn } from './work.ts'

type Count = Snapshot<{ count: number }>

const snapshot = (count: number): Count => ({ state: { count }, status: 'active', sequence: count })

function streamOf(...counts: readonly number[]) {
  let pulled = 0
  const stream = new ReadableStream<Count>(
    {
      pull(controller) {
        const count = counts[pulled++]
        if (count !== undefined) controller.enqueue(snapshot(count))
        else return new Promise<void>(() => {})
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, pulled: () => pulled }
}

function Page({ stream, run }: { stream: ReadableStream<Count>; run: WorkRun }) {
  return (
    <Suspense fallback={<i>waiting</i>}>
      <Show stream={stream} run={run} />
    </Suspense>
  )
}

const handled: string[] = []

function Show({ stream, run }: { stream: ReadableStream<Count>; run: WorkRun }) {
  useOutputs(run, { task: ({ name }) => void handled.push(name) })
  return <p>{useSnapshot(stream, ({ state }) => state.count)}</p>
}

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
  handled.length = 0
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

describe.each(modes)('a page with a stream of snapshots %s', (_mode, Mode) => {
  expectQuietConsole()

  async function serve(stream: ReadableStream<Count>, run: WorkRun): Promise<string> {
    const sent = await renderToReadableStream(
      <Mode>
        <Page stream={stream} run={run} />
      </Mode>,
    )
    await sent.allReady
    return new Response(sent).text()
  }

  test('the server renders the first snapshot, reads no further, and releases the stream', async () => {
    const { stream, pulled } = streamOf(7, 8)
    const html = await serve(stream, workOn())
    expect(html).toContain('<p>7</p>')
    expect(html).not.toContain('waiting')
    expect(pulled()).toBe(1)
    expect(stream.locked).toBe(false)
  })

  test('the server handles no output, and hydration begins with the first snapshot and then shows the latest', async () => {
    const html = await serve(streamOf(7).stream, workOn('on the server'))
    expect(handled).toEqual([])
    const container = document.createElement('div')
    container.innerHTML = html
    document.body.append(container)
    const paragraph = container.querySelector('p')
    expect(paragraph?.textContent).toBe('7')

    const onRecoverableError = vi.fn()
    const run = workOn('before')
    const root = hydrateRoot(
      container,
      <Mode>
        <Page stream={streamOf(7, 8, 9).stream} run={run} />
      </Mode>,
      { onRecoverableError },
    )
    await vi.waitFor(() => expect(container.querySelector('p')?.textContent).toBe('9'))
    expect(container.querySelector('p')).toBe(paragraph)
    run.in.send({ type: 'DO', name: 'after' })
    await vi.waitFor(() => expect(handled).toEqual(['after']))
    expect(onRecoverableError).not.toHaveBeenCalled()
    expect(takeWarnings()).toEqual([missed('task', 0)])
    root.unmount()
  })
})
