// A page that arrives in two pieces: first its shell, which is hydrated and used, then a boundary that the server had
// to wait for. Server and client run in one page here, but they share only the history and the HTML.

import { createRun, type Run, type RunDocument } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { memo, Suspense, useEffect, version } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToReadableStream } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CounterEvent, counter } from './machines.ts'
import { expectQuietConsole, modes } from './modes.tsx'

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

interface Side {
  readonly history: RunDocument<CounterEvent>
  /** Throws a promise while the boundary should wait. */
  readonly wait: () => void
  /** Whether the boundary keeps its props when the shell renders again. */
  readonly still: boolean
  readonly onHydrated?: () => void
}

interface BelowProps {
  readonly run: CounterRun
  readonly wait: () => void
}

function Inside({ run, wait }: BelowProps) {
  wait()
  return <p data-run={run.id}>{useSnapshot(run, ({ state }) => state.count)}</p>
}

function Below({ run, wait }: BelowProps) {
  return (
    <Suspense fallback={<i>waiting</i>}>
      <Inside run={run} wait={wait} />
    </Suspense>
  )
}

/** Does not render again with the shell, so that the boundary gets no new props while it waits. */
const StillBelow = memo(Below)

function App({ history, wait, still, onHydrated }: Side) {
  const run = useRun(counter, { history })
  const send = useSend(run)
  const count = useSnapshot(run, ({ state }) => state.count)
  useEffect(() => onHydrated?.(), [onHydrated])
  return (
    <main>
      <button type="button" onClick={() => send({ type: 'INC' })}>
        {count}
      </button>
      {still ? <StillBelow run={run} wait={wait} /> : <Below run={run} wait={wait} />}
    </main>
  )
}

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

describe.each(modes)('a streamed page %s', (mode, Mode) => {
  expectQuietConsole()

  /** Streams the shell, hydrates it, sends two events, and then lets the boundary arrive. */
  async function visit(still: boolean) {
    const identifierPrefix = `${mode.replaceAll(' ', '-')}-${String(still)}`
    const original = createRun(counter)
    original.in.send([{ type: 'INC' }, { type: 'INC' }])
    const text = JSON.stringify(original)
    const history = () => JSON.parse(text) as RunDocument<CounterEvent>

    let waiting = true
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = () => {
        waiting = false
        resolve()
      }
    })
    const wait = () => {
      if (waiting) throw released
    }
    const sent = await renderToReadableStream(
      <Mode>
        <App history={history()} wait={wait} still={still} />
      </Mode>,
      { identifierPrefix },
    )
    // The types of the two streams accept different kinds of buffers.
    const reader = sent.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader()
    let shell = ''
    while (!shell.includes('</main>')) shell += (await reader.read()).value ?? ''

    // The page must still be loading: React 19 gives up on waiting boundaries of a page that has loaded.
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const arriving = frame.contentDocument as Document
    arriving.open()
    arriving.write(`<!doctype html><title>page</title><div id="root">${shell}</div>`)
    const container = arriving.querySelector('#root') as HTMLElement
    const arrivals: { node: Element; text: string | null }[] = []
    const observer = new MutationObserver(() => {
      const node = container.querySelector('p')
      if (node !== null && arrivals.length === 0) arrivals.push({ node, text: node.textContent })
    })
    observer.observe(container, { subtree: true, childList: true })

    const onRecoverableError = vi.fn()
    const mounted: { root?: ReturnType<typeof hydrateRoot> } = {}
    await new Promise<void>((onHydrated) => {
      mounted.root = hydrateRoot(
        container,
        <Mode>
          <App history={history()} wait={arrived} still={still} onHydrated={onHydrated} />
        </Mode>,
        { identifierPrefix, onRecoverableError },
      )
    })
    const button = container.querySelector('button')
    button?.click()
    button?.click()
    await vi.waitFor(() => expect(button?.textContent).toBe('4'))
    const before = container.querySelector('i')?.textContent

    release()
    let rest = ''
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) rest += piece.value
    arriving.write(rest)
    arriving.close()
    await vi.waitFor(() => expect(container.querySelector('p')?.textContent).toBe('4'))
    const paragraph = container.querySelector('p')
    expect(paragraph?.dataset['run']).toBe(original.id)
    button?.click()
    await vi.waitFor(() => expect(paragraph?.textContent).toBe('5'))
    expect(container.querySelectorAll('p')).toHaveLength(1)
    observer.disconnect()
    mounted.root?.unmount()
    return { before, arrivals, paragraph, onRecoverableError }
  }

  test('a boundary that arrives after events hydrates as the server sent it, and then shows the events', async () => {
    const { before, arrivals, paragraph, onRecoverableError } = await visit(true)
    expect(before).toBe('waiting')
    expect(arrivals).toEqual([{ node: paragraph, text: '2' }])
    expect(onRecoverableError).not.toHaveBeenCalled()
  })

  test('a boundary that is rendered again before it arrives is rendered on the client', async () => {
    const { arrivals, paragraph, onRecoverableError } = await visit(false)
    expect(arrivals).toEqual([{ node: paragraph, text: '4' }])
    // Only React 18 reports it.
    expect(onRecoverableError).toHaveBeenCalledTimes(version.startsWith('18.') ? 1 : 0)
  })
})

/** The client waits for nothing. */
function arrived(): void {}
