// Handlers that a state, the next output or a timeout cancels. `handleOutputs` has the same and more tests in core.

import { act, render } from '@testing-library/react'
import { createRun, defineMachine, type Run } from '@xmachines/core'
import { createRunContext, useOutputs } from '@xmachines/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { expectQuietConsole, modes, muteErrors, Retry, tryAgain } from './modes.tsx'
import { type Deferred, defer } from './work.ts'

type Search = { at: 'idle' } | { at: 'loading'; query: string } | { at: 'found'; results: string } | { at: 'late' }
type SearchEvent =
  | { type: 'SEARCH'; query: string }
  | { type: 'CANCEL' }
  | { type: 'FOUND'; results: string }
  | { type: 'TIMED_OUT' }
type SearchOutput = { type: 'fetch'; query: string }
type SearchRun = Run<Search, SearchEvent, SearchOutput>

const search = defineMachine<Search, SearchEvent, SearchOutput>({
  name: 'search',
  version: '1',
  initial: { at: 'idle' },
  on: {
    SEARCH: (_state, { query }, emit) => {
      emit({ type: 'fetch', query })
      return { at: 'loading', query }
    },
    CANCEL: () => ({ at: 'idle' }),
    FOUND: (_state, { results }) => ({ at: 'found', results }),
    TIMED_OUT: () => ({ at: 'late' }),
  },
})

const sending = (run: SearchRun, event: SearchEvent) => act(async () => void run.in.send(event))
const searching = (run: SearchRun, query: string) => sending(run, { type: 'SEARCH', query })

/** The answers that a test gives, the signals, and the states that the handler read when it began. */
class Requests {
  readonly answers: Record<string, Deferred<SearchEvent>> = {}
  readonly signals: Record<string, AbortSignal> = {}
  readonly states: Search['at'][] = []

  start(query: string, signal: AbortSignal, state: Search): Promise<SearchEvent> {
    this.signals[query] = signal
    this.states.push(state.at)
    return (this.answers[query] = defer<SearchEvent>()).promise
  }

  answer(query: string): Promise<void> {
    return act(async () => this.answers[query]?.resolve({ type: 'FOUND', results: `${query}!` }))
  }

  aborted(): Record<string, boolean> {
    return Object.fromEntries(Object.entries(this.signals).map(([query, { aborted }]) => [query, aborted]))
  }
}

let requests: Requests
beforeEach(() => {
  requests = new Requests()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function Fetcher({ run, latest = false }: { run: SearchRun; latest?: boolean }): ReactNode {
  useOutputs(run, {
    fetch: {
      handle: ({ query }, { signal, state }) => requests.start(query, signal, state),
      while: (state, { query }) => latest || (state.at === 'loading' && state.query === query),
      latest,
      timeout: 1000,
      onTimeout: () => ({ type: 'TIMED_OUT' }),
    },
  })
  return null
}

describe.each(modes)('a handler that can be cancelled %s', (_mode, Mode) => {
  expectQuietConsole()

  test('is cancelled when the state no longer wants its output, and a late answer is dropped', async () => {
    const run = createRun(search)
    render(<Fetcher run={run} />, { wrapper: Mode })
    await searching(run, 'a')
    expect(requests.states).toEqual(['loading'])
    await sending(run, { type: 'CANCEL' })
    expect(requests.aborted()).toEqual({ a: true })
    await requests.answer('a')
    expect(run.snapshot.current.state).toEqual({ at: 'idle' })
    await searching(run, 'b')
    await requests.answer('b')
    expect(run.snapshot.current.state).toEqual({ at: 'found', results: 'b!' })
  })

  test('is cancelled by the next output of its type', async () => {
    const run = createRun(search)
    render(<Fetcher run={run} latest />, { wrapper: Mode })
    await searching(run, 'a')
    await searching(run, 'b')
    expect(requests.aborted()).toEqual({ a: true, b: false })
    await requests.answer('b')
    await requests.answer('a')
    expect(run.snapshot.current.state).toEqual({ at: 'found', results: 'b!' })
  })

  test('is cancelled by its timeout, which gives an event', async () => {
    const run = createRun(search)
    render(<Fetcher run={run} />, { wrapper: Mode })
    await searching(run, 'a')
    await act(() => vi.advanceTimersByTimeAsync(1001))
    expect(requests.aborted()).toEqual({ a: true })
    expect(run.snapshot.current.state).toEqual({ at: 'late' })
  })

  test('is aborted when the component unmounts, and leaves no timer', async () => {
    const run = createRun(search)
    const { unmount } = render(<Fetcher run={run} />, { wrapper: Mode })
    await searching(run, 'a')
    await act(async () => unmount())
    expect(requests.aborted()).toEqual({ a: true })
    expect(vi.getTimerCount()).toBe(0)
    await requests.answer('a')
    expect(run.snapshot.current.state).toEqual({ at: 'loading', query: 'a' })
  })

  test('can be given to the useOutputs of a context', async () => {
    const Context = createRunContext(search)
    const run = createRun(search)
    const Panel = (): ReactNode => {
      Context.useOutputs({
        fetch: {
          handle: ({ query }, { signal, state }) => requests.start(query, signal, state),
          while: ({ at }) => at === 'loading',
        },
      })
      return null
    }
    render(
      <Context.Provider run={run}>
        <Panel />
      </Context.Provider>,
      { wrapper: Mode },
    )
    await searching(run, 'a')
    await sending(run, { type: 'CANCEL' })
    expect(requests.aborted()).toEqual({ a: true })
  })
})

test('a handler whose `while` throws goes to the error boundary, and handling goes on after its output', async () => {
  const run = createRun(search)
  const handled: string[] = []
  const Panel = (): ReactNode => {
    useOutputs(run, {
      fetch: {
        handle: ({ query }) => void handled.push(query),
        while: (_state, { query }) => {
          if (query === 'a') throw new Error('cannot tell')
          return true
        },
      },
    })
    return null
  }
  const unmute = muteErrors()
  render(
    <Retry>
      <Panel />
    </Retry>,
  )
  await searching(run, 'a')
  await searching(run, 'b')
  await tryAgain()
  unmute()
  expect(handled).toEqual(['b'])
})
