// A run at the other end of HTTP: shared by the components of a page, rendered by a server without a request, and shown live.

import { act, fireEvent, render, screen } from '@testing-library/react'
import { createRun, defineMachine, type RunDocument, refuse } from '@xmachines/core'
import { memoryStore } from '@xmachines/core/store'
import { createHandler, type Host, openHost, type WireSnapshot } from '@xmachines/http/server'
import { useOutputs, useRefusals, useSend, useSnapshot } from '@xmachines/react'
import { useConnectedRun, useConnection } from '@xmachines/react/connected'
import { type ReactNode, useState } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Counter } from './examples/connected/use-connected-run.tsx'
import { expectQuietConsole, modes, thrownBy } from './modes.tsx'

type LampEvent = { type: 'ADD' } | { type: 'TAKE' }

const lamps = defineMachine<number, LampEvent, { type: 'added'; count: number }>({
  name: 'lamps',
  version: '1',
  initial: 0,
  on: {
    ADD: (count, _event, emit) => {
      emit({ type: 'added', count: count + 1 })
      return count + 1
    },
    TAKE: (count) => (count === 0 ? refuse('There is none.') : count - 1),
  },
})

type History = RunDocument<LampEvent>

interface Site {
  readonly host: Host
  readonly url: string
  readonly requests: string[]
  /** Whether requests arrive. */
  isUp: boolean
  readonly fetch: (request: Request) => Promise<Response>
  readonly subscribers: () => number
  history(): Promise<History>
  snapshot(): Promise<WireSnapshot<number>>
  /** Another client sends an event. */
  patch(event: LampEvent): Promise<void>
}

async function site(): Promise<Site> {
  const host = openHost(memoryStore(), [lamps])
  const handler = createHandler(host)
  let isGone = false
  onTestFinished(async () => {
    // A page sends what is pending until it has an answer, also to the next test file. This answer ends it at once.
    isGone = true
    window.dispatchEvent(new Event('online'))
    await host.close()
  })
  const { snapshot } = await host.create(lamps)
  const url = `http://localhost/r/${snapshot.run}`
  const made: Site = {
    host,
    url,
    requests: [],
    isUp: true,
    async fetch(request) {
      made.requests.push(request.method)
      if (isGone) return new Response(null, { status: 404 })
      if (!made.isUp) throw new TypeError('fetch failed')
      return await handler(request)
    },
    subscribers: () => handler.subscribers,
    async history() {
      const response = await handler(new Request(`${url}/history`))
      return (await response.json()) as History
    },
    async snapshot() {
      return (await (await handler(new Request(url))).json()) as WireSnapshot<number>
    },
    async patch(event) {
      const headers = { 'content-type': 'application/json' }
      await handler(new Request(url, { method: 'PATCH', headers, body: JSON.stringify(event) }))
    },
  }
  return made
}

interface Given {
  readonly at: Site
  readonly history: History
}

function Lamps({ at, history }: Given): ReactNode {
  const run = useConnectedRun(at.url, lamps, { history, fetch: at.fetch })
  const count = useSnapshot(run, ({ state }) => state)
  const send = useSend(run)
  const { connection, pending } = useConnection(run)
  const [refused, setRefused] = useState('')
  useRefusals(run, ({ reason }) => setRefused(reason ?? ''))
  return (
    <>
      <button type="button" onClick={() => send({ type: 'ADD' })}>
        {count}
      </button>
      <button type="button" onClick={() => send({ type: 'TAKE' })}>
        take
      </button>
      <output>{`${connection} ${pending} ${refused}`}</output>
    </>
  )
}

const shown = (): string[] => screen.getAllByRole('button', { name: /\d/ }).map((button) => button.textContent ?? '')
const status = (): string => screen.getAllByRole('status')[0]?.textContent ?? ''

describe.each(modes)('%s', (_mode, Mode) => {
  expectQuietConsole()

  test('components share one connection, see each other at once, and what others do', async () => {
    const at = await site()
    const history = await at.history()
    render(
      <>
        <Lamps at={at} history={history} />
        <Lamps at={at} history={history} />
      </>,
      { wrapper: Mode },
    )
    expect(shown()).toEqual(['0', '0'])
    await vi.waitFor(() => expect(status()).toBe('live 0 '))
    expect(at.subscribers()).toBe(1)
    fireEvent.click(screen.getAllByRole('button', { name: '0' })[0] as HTMLElement)
    expect(shown()).toEqual(['1', '1'])
    await vi.waitFor(() => expect(status()).toBe('live 0 '))
    await at.patch({ type: 'ADD' })
    await vi.waitFor(() => expect(shown()).toEqual(['2', '2']))
    expect(at.requests.toSorted()).toEqual(['GET', 'PATCH'])
  })

  test('what the server refuses is told, and the state is what the server says', async () => {
    const at = await site()
    await at.patch({ type: 'ADD' })
    const history = await at.history()
    await at.patch({ type: 'TAKE' })
    at.isUp = false
    render(<Lamps at={at} history={history} />, { wrapper: Mode })
    fireEvent.click(screen.getByText('take'))
    expect(shown()).toEqual(['0'])
    await vi.waitFor(() => expect(status()).toBe('offline 1 '))
    at.isUp = true
    await vi.waitFor(() => expect(status()).toBe('live 0 There is none.'))
    await vi.waitFor(() => expect(shown()).toEqual(['0']))
  })

  test('the server renders the history and requests nothing; hydration shows the same, and then what is new', async () => {
    const at = await site()
    await at.patch({ type: 'ADD' })
    const history = await at.history()
    const page = (
      <Mode>
        <Lamps at={at} history={history} />
      </Mode>
    )
    vi.stubGlobal('window', undefined)
    const html = renderToString(page)
    vi.unstubAllGlobals()
    expect(html).toContain('>1</button>')
    expect(at.requests).toEqual([])
    await at.patch({ type: 'ADD' })
    const container = document.body.appendChild(document.createElement('div'))
    container.innerHTML = html
    const root = await act(async () => hydrateRoot(container, page))
    await vi.waitFor(() => expect(container.querySelector('button')?.textContent).toBe('2'))
    act(() => root.unmount())
    container.remove()
  })

  test('a later history brings the run forward, without a request', async () => {
    const at = await site()
    at.isUp = false
    const history = await at.history()
    const { rerender } = render(<Lamps at={at} history={history} />, { wrapper: Mode })
    await at.patch({ type: 'ADD' })
    rerender(<Lamps at={at} history={await at.history()} />)
    await vi.waitFor(() => expect(shown()).toEqual(['1']))
    rerender(<Lamps at={at} history={history} />)
    expect(shown()).toEqual(['1'])
  })

  test('the connection ends after the last component, once what is pending is sent', async () => {
    const at = await site()
    const history = await at.history()
    const { unmount } = render(<Lamps at={at} history={history} />, { wrapper: Mode })
    await vi.waitFor(() => expect(status()).toBe('live 0 '))
    fireEvent.click(screen.getByRole('button', { name: '0' }))
    unmount()
    await vi.waitFor(() => expect(at.subscribers()).toBe(0))
    expect(await at.history()).toHaveLength(2)
    const { unmount: unmountAgain } = render(<Lamps at={at} history={await at.history()} />, { wrapper: Mode })
    expect(shown()).toEqual(['1'])
    unmountAgain()
    await vi.waitFor(() => expect(at.subscribers()).toBe(0))
  })

  test('outputs are handled in each component, once they are confirmed', async () => {
    const at = await site()
    const history = await at.history()
    const handled: number[] = []
    function Told(): ReactNode {
      const run = useConnectedRun(at.url, lamps, { history, fetch: at.fetch })
      useOutputs(run, { added: ({ count }) => void handled.push(count) }, { each: true })
      return <Lamps at={at} history={history} />
    }
    render(<Told />, { wrapper: Mode })
    await vi.waitFor(() => expect(status()).toBe('live 0 '))
    fireEvent.click(screen.getByRole('button', { name: '0' }))
    await at.patch({ type: 'ADD' })
    await vi.waitFor(() => expect(handled).toEqual([1, 2]))
  })
})

interface RemoteGiven {
  readonly at: Site
  readonly snapshot: WireSnapshot<number>
}

function RemoteLamps({ at, snapshot }: RemoteGiven): ReactNode {
  const options = { mode: 'remote', snapshot, fetch: at.fetch } as const
  const run = useConnectedRun<number, LampEvent>(at.url, 'lamps@1', options)
  const count = useSnapshot(run, ({ state }) => state)
  const send = useSend(run)
  const { connection, pending } = useConnection(run)
  return (
    <>
      <button type="button" onClick={() => send({ type: 'ADD' })}>
        {count}
      </button>
      <output>{`${connection} ${pending} `}</output>
    </>
  )
}

describe.each(modes)('a run whose machine does not run in the page, %s', (_mode, Mode) => {
  expectQuietConsole()

  test('shows what is sent and what others do once the server says so, over one connection', async () => {
    const at = await site()
    const snapshot = await at.snapshot()
    render(
      <>
        <RemoteLamps at={at} snapshot={snapshot} />
        <RemoteLamps at={at} snapshot={snapshot} />
      </>,
      { wrapper: Mode },
    )
    await vi.waitFor(() => expect(status()).toBe('live 0 '))
    fireEvent.click(screen.getAllByRole('button', { name: '0' })[0] as HTMLElement)
    expect(shown()).toEqual(['0', '0'])
    await vi.waitFor(() => expect(shown()).toEqual(['1', '1']))
    await at.patch({ type: 'ADD' })
    await vi.waitFor(() => expect(shown()).toEqual(['2', '2']))
    expect(at.requests.toSorted()).toEqual(['GET', 'PATCH'])
  })

  test('is rendered by the server without a request, and a later snapshot brings it forward', async () => {
    const at = await site()
    at.isUp = false
    const snapshot = await at.snapshot()
    vi.stubGlobal('window', undefined)
    const html = renderToString(<RemoteLamps at={at} snapshot={snapshot} />)
    vi.unstubAllGlobals()
    expect(html).toContain('>0</button>')
    expect(at.requests).toEqual([])
    const { rerender } = render(<RemoteLamps at={at} snapshot={snapshot} />, { wrapper: Mode })
    await at.patch({ type: 'ADD' })
    rerender(<RemoteLamps at={at} snapshot={await at.snapshot()} />)
    await vi.waitFor(() => expect(shown()).toEqual(['1']))
    rerender(<RemoteLamps at={at} snapshot={snapshot} />)
    expect(shown()).toEqual(['1'])
  })

  test('is another one than the run of the machine at the same URL', async () => {
    const at = await site()
    const [snapshot, history] = [await at.snapshot(), await at.history()]
    at.isUp = false
    render(
      <>
        <RemoteLamps at={at} snapshot={snapshot} />
        <Lamps at={at} history={history} />
      </>,
      { wrapper: Mode },
    )
    for (const button of screen.getAllByRole('button', { name: '0' })) fireEvent.click(button)
    expect(shown()).toEqual(['0', '1'])
  })
})

test('the example counts, also while the server is away', async () => {
  const counter = defineMachine<number, { type: 'INC' }>({
    name: 'counter',
    version: '1',
    initial: 0,
    on: { INC: (count) => count + 1 },
  })
  const at = await site()
  at.isUp = false
  // It stays for the rest of the file: what is pending is sent with it when the test has finished.
  vi.stubGlobal('fetch', at.fetch)
  render(<Counter url="http://localhost/r/1" history={createRun(counter).toJSON()} />)
  fireEvent.click(screen.getByRole('button'))
  await vi.waitFor(() => expect(screen.getByRole('button').textContent).toBe('1 (1 to be sent)'))
})

describe('in development', () => {
  test('useOutputs takes a connected run with each: true only', async () => {
    const at = await site()
    const history = await at.history()
    function Once(): ReactNode {
      const run = useConnectedRun(at.url, lamps, { history, fetch: at.fetch })
      useOutputs(run, {})
      return null
    }
    expect(String(await thrownBy(() => <Once />))).toMatch(/each: true/)
  })

  test('useConnectedRun says what it begins with in each mode', async () => {
    const options = [{}, { mode: 'remote' }]
    const messages: string[] = []
    for (const given of options) {
      function Wrong(): ReactNode {
        useConnectedRun('/r/1', lamps, given as never)
        return null
      }
      messages.push(String(await thrownBy(() => <Wrong />)))
    }
    expect(messages[0]).toMatch(/the history to begin with/)
    expect(messages[1]).toMatch(/the snapshot to begin with/)
  })
})
