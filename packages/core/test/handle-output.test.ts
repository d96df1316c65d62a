/** Handlers of outputs that the state, the next output or a timeout cancels. */
import { createRun, defineMachine, handleOutputs, type Run } from '@xmachines/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { outcome, settled } from './streams.ts'

type State = { at: 'idle' } | { at: 'loading'; query: string } | { at: 'found'; text: string } | { at: 'gone' }
type Event =
  | { type: 'ASK'; query: string }
  | { type: 'CANCEL' }
  | { type: 'FOUND'; text: string }
  | { type: 'SLOW'; query: string }
  | { type: 'NOTE' }
  | { type: 'END' }
type Output = { type: 'fetch'; query: string } | { type: 'note' }

const search = defineMachine<State, Event, Output>({
  name: 'search',
  version: '1',
  initial: { at: 'idle' },
  on: {
    ASK: (_state, { query }, emit) => {
      emit({ type: 'fetch', query })
      return { at: 'loading', query }
    },
    CANCEL: () => ({ at: 'idle' }),
    FOUND: (_state, { text }) => ({ at: 'found', text }),
    SLOW: (_state, { query }) => ({ at: 'found', text: `${query} was slow` }),
    NOTE: (state, _event, emit) => {
      emit({ type: 'note' })
      return state
    },
    END: () => ({ at: 'gone' }),
  },
  isDone: ({ at }) => at === 'gone',
})

const isLoading = (state: State, { query }: { query: string }): boolean =>
  state.at === 'loading' && state.query === query

/** Requests that the test answers by hand. */
function server() {
  const requests: {
    query: string
    signal: AbortSignal
    answer: (text: string) => void
    fail: (why: unknown) => void
  }[] = []
  const handle = async ({ query }: { query: string }, { signal }: { signal: AbortSignal }): Promise<Event> => {
    const text = await new Promise<string>((answer, fail) => requests.push({ query, signal, answer, fail }))
    return { type: 'FOUND', text }
  }
  const request = (query: string) => {
    const found = requests.find((one) => one.query === query)
    if (found === undefined) throw new Error(`nobody asked for ${query}`)
    return found
  }
  return { handle, request, aborted: () => requests.map(({ query, signal }) => [query, signal.aborted]) }
}

/** Ends a run and answers with the position at which its handling ended. */
async function end(run: Run<State, Event, Output>, handled: Promise<number>): Promise<number> {
  run.in.send({ type: 'END' })
  return await handled
}

describe('while', () => {
  test('cancels as soon as the state says no, and drops the late answer, which has settled', async () => {
    const run = createRun(search)
    const { handle, request } = server()
    const positions: number[] = []
    const handled = handleOutputs(
      run,
      { fetch: { handle, while: isLoading } },
      { onSettled: (at) => positions.push(at) },
    )
    run.in.send({ type: 'ASK', query: 'a' })
    await settled()
    expect(request('a').signal.aborted).toBe(false)
    run.in.send({ type: 'CANCEL' })
    expect(request('a').signal.aborted).toBe(true)
    await settled()
    expect(positions).toEqual([1])
    run.in.send({ type: 'ASK', query: 'b' })
    await settled()
    request('a').answer('late')
    request('b').answer('in time')
    await settled()
    expect(run.state).toEqual({ at: 'found', text: 'in time' })
    expect(request('b').signal.aborted).toBe(false)
    expect(await end(run, handled)).toBe(2)
  })

  test('is asked before the start: an output that nobody wants any more starts nothing', async () => {
    const run = createRun(search)
    const { handle, aborted } = server()
    const handled = handleOutputs(run, { fetch: { handle, while: isLoading } })
    run.in.send({ type: 'ASK', query: 'a' })
    run.in.send({ type: 'CANCEL' })
    await settled()
    expect(aborted()).toEqual([])
    expect(await end(run, handled)).toBe(1)
  })

  test('is asked before an answer is written', async () => {
    const run = createRun(search)
    let wanted = true
    const handled = handleOutputs(run, { fetch: { handle: () => ({ type: 'FOUND', text: 'x' }), while: () => wanted } })
    run.in.send({ type: 'ASK', query: 'a' })
    await Promise.resolve()
    wanted = false
    await settled()
    expect(run.state.at).toBe('loading')
    expect(await end(run, handled)).toBe(1)
  })

  test('drops an answer that comes in the very turn in which the state moves on', async () => {
    for (let microtasks = 0; microtasks < 6; microtasks++) {
      const run = createRun(search)
      const { handle, request } = server()
      const handled = handleOutputs(run, { fetch: { handle, while: isLoading } })
      run.in.send({ type: 'ASK', query: 'a' })
      await settled()
      request('a').answer('late')
      for (let turn = 0; turn < microtasks; turn++) await Promise.resolve()
      const inTime = run.state.at === 'found'
      run.in.send({ type: 'CANCEL' })
      await settled()
      expect(run.state).toEqual({ at: 'idle' })
      expect(run.snapshot.current.sequence).toBe(inTime ? 3 : 2)
      expect(await end(run, handled)).toBe(1)
    }
  })

  test('does not abort a handler whose own answer moves the state on', async () => {
    const run = createRun(search)
    const { handle, request } = server()
    const handled = handleOutputs(run, { fetch: { handle, while: isLoading } })
    run.in.send({ type: 'ASK', query: 'a' })
    await settled()
    request('a').answer('here')
    await settled()
    expect(run.state).toEqual({ at: 'found', text: 'here' })
    expect(request('a').signal.aborted).toBe(false)
    await end(run, handled)
  })

  test('sees a change that the handler makes itself while it starts', async () => {
    const run = createRun(search)
    let aborted: boolean | undefined
    const handled = handleOutputs(run, {
      fetch: {
        handle: (_output, { signal }) => {
          run.in.send({ type: 'CANCEL' })
          aborted = signal.aborted
          throw new Error('gave up')
        },
        while: isLoading,
      },
    })
    run.in.send({ type: 'ASK', query: 'a' })
    await settled()
    expect(aborted).toBe(true)
    expect(await end(run, handled)).toBe(1)
  })

  test('cancels when the run ends', async () => {
    const run = createRun(search)
    const { handle, request } = server()
    const handled = handleOutputs(run, { fetch: { handle, while: isLoading } })
    run.in.send({ type: 'ASK', query: 'a' })
    await settled()
    expect(await end(run, handled)).toBe(1)
    expect(request('a').signal.aborted).toBe(true)
  })

  test.each(['before the start', 'at a change', 'before an answer'])(
    'that throws %s ends the handling with its error',
    async (when) => {
      const run = createRun(search)
      const { handle, request } = server()
      const thrown = new Error('while failed')
      let asked = 0
      const throwsAt = { 'before the start': 1, 'at a change': 2, 'before an answer': 2 }[when]
      const handled = handleOutputs(run, {
        fetch: {
          handle,
          while: () => {
            asked += 1
            if (asked === throwsAt) throw thrown
            return true
          },
        },
        note: () => undefined,
      })
      const ended = expect(handled).rejects.toBe(thrown)
      run.in.send({ type: 'ASK', query: 'a' })
      await settled()
      if (when === 'at a change') run.in.send({ type: 'NOTE' })
      if (when === 'before an answer') request('a').answer('text')
      await ended
      expect(run.state.at).toBe('loading')
      if (when !== 'before the start') expect(request('a').signal.aborted).toBe(when === 'at a change')
    },
  )

  test('is asked of a set of ports about the state that this set shows', async () => {
    const run = createRun(search)
    const ports = run.ports()
    const seen: unknown[] = []
    const handled = handleOutputs(ports, {
      fetch: { handle: () => undefined, while: (state, output) => seen.push([state, output]) > 0 },
    })
    run.in.send({ type: 'ASK', query: 'a' })
    run.in.send({ type: 'END' })
    expect(await handled).toBe(1)
    expect(seen[0]).toEqual([{ at: 'gone' }, { type: 'fetch', query: 'a' }])
  })
})

describe('latest', () => {
  test('aborts the one under way when the next of its type comes', async () => {
    const run = createRun(search)
    const { handle, request, aborted } = server()
    const positions: number[] = []
    const handled = handleOutputs(
      run,
      { fetch: { handle, latest: true }, note: { handle: () => undefined, latest: true } },
      { onSettled: (at) => positions.push(at) },
    )
    run.in.send({ type: 'ASK', query: 'a' })
    run.in.send({ type: 'NOTE' })
    await settled()
    expect(aborted()).toEqual([['a', false]])
    run.in.send({ type: 'ASK', query: 'b' })
    await settled()
    expect(aborted()).toEqual([
      ['a', true],
      ['b', false],
    ])
    expect(positions).toEqual([2])
    request('a').answer('old')
    await settled()
    expect(run.state).toEqual({ at: 'loading', query: 'b' })
    request('b').answer('new')
    await settled()
    expect(run.state).toEqual({ at: 'found', text: 'new' })
    expect(await end(run, handled)).toBe(3)
  })

  test('counts an output that nobody wants as the next one', async () => {
    const run = createRun(search)
    const { handle, aborted } = server()
    let wanted = true
    const handled = handleOutputs(run, { fetch: { handle, latest: true, while: () => wanted } })
    run.in.send({ type: 'ASK', query: 'a' })
    await settled()
    wanted = false
    run.in.send({ type: 'ASK', query: 'b' })
    await settled()
    expect(aborted()).toEqual([['a', true]])
    await end(run, handled)
  })

  test('left out or false lets them run side by side', async () => {
    const run = createRun(search)
    const { handle, aborted } = server()
    const abort = new AbortController()
    const handled = handleOutputs(run, { fetch: { handle, latest: false } }, { signal: abort.signal })
    run.in.send({ type: 'ASK', query: 'a' })
    run.in.send({ type: 'ASK', query: 'b' })
    await settled()
    expect(aborted()).toEqual([
      ['a', false],
      ['b', false],
    ])
    abort.abort()
    expect(await handled).toBe(0)
  })
})

describe('timeout', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('aborts and gives what onTimeout makes of the output', async () => {
    const run = createRun(search)
    vi.useFakeTimers()
    const { handle, request } = server()
    const positions: number[] = []
    const handled = handleOutputs(
      run,
      { fetch: { handle, timeout: 1000, onTimeout: ({ query }) => ({ type: 'SLOW', query }) } },
      { onSettled: (at) => positions.push(at) },
    )
    run.in.send({ type: 'ASK', query: 'a' })
    await vi.advanceTimersByTimeAsync(999)
    expect(request('a').signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(request('a').signal).toMatchObject({ aborted: true, reason: { name: 'TimeoutError' } })
    expect(run.state).toEqual({ at: 'found', text: 'a was slow' })
    request('a').answer('late')
    await vi.advanceTimersByTimeAsync(1)
    expect(run.state).toEqual({ at: 'found', text: 'a was slow' })
    expect(positions).toEqual([1])
    expect(await end(run, handled)).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('without onTimeout drops the answer and settles', async () => {
    const run = createRun(search)
    vi.useFakeTimers()
    const { handle, request } = server()
    const handled = handleOutputs(run, { fetch: { handle, timeout: 10 } })
    run.in.send({ type: 'ASK', query: 'a' })
    await vi.advanceTimersByTimeAsync(10)
    request('a').fail(new Error('aborted'))
    await vi.advanceTimersByTimeAsync(1)
    expect(run.state.at).toBe('loading')
    expect(await end(run, handled)).toBe(1)
  })

  test('leaves no timer once the handler has answered, and is dropped with what nobody wants', async () => {
    const run = createRun(search)
    vi.useFakeTimers()
    const { handle, request } = server()
    let slow = 0
    const handled = handleOutputs(run, {
      fetch: {
        handle,
        while: isLoading,
        timeout: 10,
        onTimeout: () => {
          slow++
        },
      },
    })
    run.in.send({ type: 'ASK', query: 'a' })
    await vi.advanceTimersByTimeAsync(1)
    request('a').answer('quick')
    await vi.advanceTimersByTimeAsync(1)
    run.in.send({ type: 'ASK', query: 'b' })
    await vi.advanceTimersByTimeAsync(1)
    run.in.send({ type: 'CANCEL' })
    await vi.advanceTimersByTimeAsync(1)
    expect(vi.getTimerCount()).toBe(0)
    expect(slow).toBe(0)
    expect(await end(run, handled)).toBe(2)
  })

  test('whose onTimeout throws ends the handling with its error', async () => {
    const run = createRun(search)
    vi.useFakeTimers()
    const thrown = new Error('no event')
    const handled = handleOutputs(run, {
      fetch: {
        handle: () => new Promise(() => undefined),
        timeout: 1,
        onTimeout: () => {
          throw thrown
        },
      },
    })
    const ended = expect(handled).rejects.toBe(thrown)
    run.in.send({ type: 'ASK', query: 'a' })
    await vi.advanceTimersByTimeAsync(1)
    await ended
  })
})

describe('a handler object', () => {
  test('gets the signal, the key and the state', async () => {
    const run = createRun(search)
    const seen: unknown[] = []
    const handled = handleOutputs(run, {
      fetch: { handle: (output, { key, state }) => void seen.push([output, key, state]) },
      note: (_output, context) => {
        seen.push(context.state)
        run.in.send({ type: 'CANCEL' })
        seen.push(context.state)
      },
    })
    run.in.send({ type: 'ASK', query: 'a' })
    run.in.send({ type: 'NOTE' })
    await settled()
    const loading = { at: 'loading', query: 'a' }
    expect(seen).toEqual([[{ type: 'fetch', query: 'a' }, `${run.id}/0`, loading], loading, { at: 'idle' }])
    await end(run, handled)
  })

  test('that throws ends the handling, unless its own signal has aborted', async () => {
    const run = createRun(search)
    const { handle, request } = server()
    const handled = handleOutputs(run, { fetch: { handle, while: isLoading } })
    run.in.send({ type: 'ASK', query: 'a' })
    await settled()
    run.in.send({ type: 'ASK', query: 'b' })
    await settled()
    request('a').fail(new Error('aborted'))
    expect(await outcome(handled)).toBe('pending')
    const thrown = new Error('broken')
    request('b').fail(thrown)
    expect(await outcome(handled)).toEqual({ rejected: thrown })
  })

  test('that is aborted with the whole handling has not settled', async () => {
    const run = createRun(search)
    const { handle, request } = server()
    const abort = new AbortController()
    const handled = handleOutputs(
      run,
      { fetch: { handle, while: isLoading, latest: true, timeout: 1000 } },
      { signal: abort.signal },
    )
    run.in.send({ type: 'ASK', query: 'a' })
    await settled()
    abort.abort('enough')
    expect(request('a').signal).toMatchObject({ aborted: true, reason: 'enough' })
    run.in.send({ type: 'CANCEL' })
    expect(await handled).toBe(0)
  })

  test.each([
    ['no function handle', { handle: 1 }, TypeError, /handlers\.fetch\.handle is 1; it must be a function/],
    ['no function while', { while: true }, TypeError, /handlers\.fetch\.while is true; it must be a function/],
    ['a latest that is not a boolean', { latest: 'yes' }, TypeError, /handlers\.fetch\.latest is "yes"/],
    ['a timeout that is text', { timeout: '5' }, TypeError, /handlers\.fetch\.timeout is "5"; it must be milliseconds/],
    ['a negative timeout', { timeout: -1 }, RangeError, /handlers\.fetch\.timeout is -1/],
    ['an endless timeout', { timeout: Number.POSITIVE_INFINITY }, RangeError, /from 0 to 2147483647/],
    ['a timeout that no timer can wait', { timeout: 2 ** 31 }, RangeError, /from 0 to 2147483647/],
    ['a timeout that is NaN', { timeout: Number.NaN }, RangeError, /timeout is NaN/],
    ['no function onTimeout', { timeout: 1, onTimeout: {} }, TypeError, /handlers\.fetch\.onTimeout is an object/],
    ['onTimeout without timeout', { onTimeout: () => undefined }, TypeError, /handlers\.fetch\.timeout is undefined/],
    ['a member that is none of these', { until: () => true }, TypeError, /handlers\.fetch\.until is unknown/],
  ])('with %s is refused at once', async (_what, wrong, kind, message) => {
    const handler = { handle: () => undefined, ...wrong }
    const handled = handleOutputs(createRun(search), { fetch: handler as never })
    await expect(handled).rejects.toThrow(kind)
    await expect(handled).rejects.toThrow(message)
  })

  test('is an object or a function', async () => {
    for (const wrong of [null, 'fetch', 1, [], true]) {
      const handled = handleOutputs(createRun(search), { fetch: wrong as never })
      await expect(handled).rejects.toThrow(/handlers\.fetch is .*; it must be a function, or \{ handle,/)
    }
  })
})

describe('an output that nobody handles', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('is warned of once a type and run', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const run = createRun(search)
    const handled = handleOutputs(run, { note: () => undefined })
    for (let time = 0; time < 3; time++) run.in.send({ type: 'ASK', query: 'a' })
    run.in.send({ type: 'NOTE' })
    await settled()
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/an output of type "fetch".*no handler/)]])
    expect(await end(run, handled)).toBe(4)
  })

  test('is not warned of if another handling of the run handles its type', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const run = createRun(search)
    const both = [handleOutputs(run, { note: () => undefined }), handleOutputs(run, { fetch: () => undefined })]
    run.in.send({ type: 'ASK', query: 'a' })
    run.in.send({ type: 'NOTE' })
    run.in.send({ type: 'END' })
    expect(await Promise.all(both)).toEqual([2, 2])
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('resume', () => {
  test('is called once when handling begins, before any output, with the state of that time', async () => {
    const run = createRun(search)
    run.in.send({ type: 'ASK', query: 'a' })
    const calls: unknown[] = []
    const handling = handleOutputs(run, {
      fetch: {
        handle: () => void calls.push('handle'),
        resume: (state) => void calls.push(state),
      },
      note: () => void calls.push('note'),
    })
    run.in.send([{ type: 'CANCEL' }, { type: 'NOTE' }])
    await settled()
    expect(calls).toEqual([{ at: 'loading', query: 'a' }, 'handle', 'note'])
    run.in.send({ type: 'END' })
    await handling
    expect(calls).toHaveLength(3)
  })

  test('is under way until it is over or the handling is aborted, and writes by itself', async () => {
    const run = createRun(search)
    const stop = new AbortController()
    let seen: AbortSignal | undefined
    const handling = handleOutputs(
      run,
      {
        fetch: {
          handle: () => undefined,
          async resume(_state, { signal }) {
            seen = signal
            run.in.send({ type: 'END' })
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
          },
        },
      },
      { signal: stop.signal },
    )
    await settled()
    expect([run.state, seen?.aborted]).toEqual([{ at: 'gone' }, false])
    stop.abort()
    await handling
    expect(seen?.aborted).toBe(true)
  })

  test('that throws ends the handling, and is not called if the signal has aborted', async () => {
    const run = createRun(search)
    const resume = vi.fn(() => {
      throw new Error('cannot resume')
    })
    await expect(handleOutputs(run, { fetch: { handle: () => undefined, resume } })).rejects.toThrow('cannot resume')
    await handleOutputs(run, { fetch: { handle: () => undefined, resume } }, { signal: AbortSignal.abort() })
    expect(resume).toHaveBeenCalledTimes(1)
  })
})
