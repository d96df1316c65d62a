// Outputs that components handle: which handlers start, when, how often, and what happens with their results.

import { act, render, screen } from '@testing-library/react'
import { createRun, defineMachine } from '@xmachines/core'
import { useOutputs, useRun, useSend } from '@xmachines/react'
import { type ReactNode, StrictMode, useEffect, useLayoutEffect } from 'react'
import { describe, expect, test, vi } from 'vitest'
import {
  caught,
  expectQuietConsole,
  missed,
  modes,
  muteErrors,
  Retry,
  takeWarnings,
  thrownBy,
  tryAgain,
} from './modes.tsx'
import { type Deferred, defer, type WorkEvent, type WorkRun, work, workOn } from './work.ts'

type Handler = (
  name: string,
  signal: AbortSignal,
  key: string,
) => Promise<WorkEvent | undefined> | WorkEvent | undefined

function Worker({ run, handler, from }: { run: WorkRun; handler: Handler; from?: 'start' | number }) {
  useOutputs(
    run,
    { task: ({ name }, { signal, key }) => handler(name, signal, key) },
    from === undefined ? {} : { from },
  )
  return null
}

/** Sends events and waits until the streams have delivered the outputs. */
const send = (run: WorkRun, ...names: readonly string[]) =>
  act(async () => {
    for (const name of names) run.in.send({ type: 'DO', name })
  })

describe.each(modes)('useOutputs %s', (_mode, Mode) => {
  expectQuietConsole()

  test('starts each output once, in order, and writes what its handler returns', async () => {
    const run = workOn()
    const started: string[] = []
    render(<Worker run={run} handler={(name) => (started.push(name), { type: 'DID', name })} />, { wrapper: Mode })
    await send(run, 'a', 'b')
    await send(run, 'c')
    expect(started).toEqual(['a', 'b', 'c'])
    expect(run.snapshot.current.state.done).toEqual(['a', 'b', 'c'])
  })

  test('calls resume once when the component is first shown, and aborts it when it unmounts', async () => {
    const run = workOn()
    const resumed: unknown[] = []
    function Resuming() {
      useOutputs(run, {
        task: { handle: () => undefined, resume: ({ done }, { signal }) => void resumed.push(done, signal) },
      })
      return null
    }
    const { rerender, unmount } = render(<Resuming />, { wrapper: Mode })
    rerender(<Resuming />)
    await send(run, 'b')
    expect(resumed).toEqual([[], expect.any(AbortSignal)])
    unmount()
    await act(async () => undefined)
    expect(resumed[1]).toMatchObject({ aborted: true })
  })

  test('throws what resume throws to the nearest error boundary', async () => {
    const unmute = muteErrors()
    const run = workOn()
    const error = new Error('cannot resume')
    let thrown: unknown
    function Resuming() {
      useOutputs(run, { task: { handle: () => undefined, resume: () => Promise.reject(error) } })
      return null
    }
    render(
      <Retry onError={(caught) => (thrown = caught)}>
        <Resuming />
      </Retry>,
      { wrapper: Mode },
    )
    await act(async () => undefined)
    unmute()
    expect(thrown).toBe(error)
  })

  test('begins at the position of the first commit, or at the given one', async () => {
    const run = workOn('a', 'b')
    const started: Record<string, string[]> = { now: [], start: [], one: [] }
    const note = (which: string) => (name: string, _signal: AbortSignal, key: string) => {
      started[which]?.push(`${name} ${key.slice(41)}`)
      return undefined
    }
    render(
      <>
        <Worker run={run} handler={note('now')} />
        <Worker run={run} handler={note('start')} from="start" />
        <Worker run={run} handler={note('one')} from={1} />
      </>,
      { wrapper: Mode },
    )
    await send(run, 'c')
    expect(started).toEqual({ now: ['c 2'], start: ['a 0', 'b 1', 'c 2'], one: ['b 1', 'c 2'] })
    // The first component begins after two outputs that nobody had handled when it was mounted.
    expect(takeWarnings()).toEqual([missed('task', 0)])
  })

  test('an output that an effect of the first commit causes is handled', async () => {
    const started: string[] = []
    const Early = ({ run }: { run: WorkRun }) => {
      useLayoutEffect(() => void run.in.send({ type: 'DO', name: 'layout' }), [run])
      useEffect(() => void run.in.send({ type: 'DO', name: 'effect' }), [run])
      return null
    }
    const Panel = () => {
      const run = useRun(work)
      useOutputs(run, { task: ({ name }) => void started.push(name) })
      return <Early run={run} />
    }
    await act(async () => void render(<Panel />, { wrapper: Mode }))
    const once = ['layout', 'effect']
    // StrictMode runs effects twice, and each time they send.
    expect(started).toEqual(Mode === StrictMode ? [...once, ...once] : once)
  })

  test('handlers run side by side, and those of the latest render are used', async () => {
    const run = workOn()
    const waiting: Record<string, Deferred<WorkEvent>> = {}
    const first: Handler = (name) => (waiting[name] = defer<WorkEvent>()).promise
    const { rerender } = render(<Worker run={run} handler={first} />, { wrapper: Mode })
    await send(run, 'a', 'b')
    expect(Object.keys(waiting)).toEqual(['a', 'b'])
    rerender(<Worker run={run} handler={(name) => ({ type: 'DID', name: `${name} by the second` })} />)
    await send(run, 'c')
    await act(async () => waiting['b']?.resolve({ type: 'DID', name: 'b' }))
    await act(async () => waiting['a']?.resolve({ type: 'DID', name: 'a' }))
    expect(run.snapshot.current.state.done).toEqual(['c by the second', 'b', 'a'])
  })

  test('a returned batch is applied as a whole, and handling continues after a refused one', async () => {
    const run = workOn()
    const refusals: unknown[] = []
    const Panel = () => {
      useOutputs(run, {
        task: ({ name }) => [
          { type: 'DID', name },
          { type: name === 'b' ? 'REFUSED' : 'DID', name: `${name}, again` },
        ],
      })
      return null
    }
    void run.err.pipeTo(new WritableStream({ write: (refusal) => void refusals.push(refusal.code) }))
    render(<Panel />, { wrapper: Mode })
    await send(run, 'a', 'b', 'c')
    expect(run.snapshot.current.state.done).toEqual(['a', 'a, again', 'c', 'c, again'])
    expect(refusals).toEqual(['REFUSED'])
  })

  test('an output without a handler is skipped, even if its type is the name of an inherited member', async () => {
    const machine = defineMachine<number, { type: 'GO' }, { type: 'seen' } | number>({
      name: 'odd',
      version: '1',
      initial: 0,
      on: {
        GO: (count, _event, emit) => {
          emit({ type: 'toString' } as never)
          emit(7)
          emit({ type: 'seen' })
          return count + 1
        },
      },
    })
    const run = createRun(machine)
    const seen: unknown[] = []
    const Panel = () => {
      useOutputs(run, { seen: (output) => void seen.push(output) })
      return null
    }
    render(<Panel />, { wrapper: Mode })
    await act(async () => void run.in.send({ type: 'GO' }))
    expect(seen).toEqual([{ type: 'seen' }])
    expect(takeWarnings()).toEqual([
      expect.stringMatching(/output of type "toString", and no handler takes it/),
      expect.stringMatching(/output of type "undefined", and no handler takes it/),
    ])
  })

  test('the key is the same as in handleOutputs: run id and position', async () => {
    const run = workOn('a')
    const keys: string[] = []
    render(<Worker run={run} from="start" handler={(_name, _signal, key) => void keys.push(key)} />, { wrapper: Mode })
    await send(run)
    expect(keys).toEqual([`${run.id}/0`])
  })

  test('unmounting aborts running handlers at once, and drops their events', async () => {
    const run = workOn()
    const signals: AbortSignal[] = []
    const waiting = defer<WorkEvent>()
    const handler: Handler = (_name, signal) => {
      signals.push(signal)
      return waiting.promise
    }
    const { unmount } = render(<Worker run={run} handler={handler} />, { wrapper: Mode })
    await send(run, 'a')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    unmount()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    await act(async () => waiting.resolve({ type: 'DID', name: 'a' }))
    await send(run, 'b')
    expect(run.snapshot.current.state.done).toEqual([])
    expect(signals).toHaveLength(1)
  })

  test('an error of a handler after unmounting is ignored', async () => {
    const run = workOn()
    const waiting = defer<WorkEvent>()
    const { unmount } = render(<Worker run={run} handler={() => waiting.promise} />, { wrapper: Mode })
    await send(run, 'a')
    unmount()
    await act(async () => waiting.reject(new Error('too late')))
  })

  test('a component that receives another run handles its outputs, and handlers for the first run are aborted', async () => {
    const [one, other] = [workOn(), workOn('before')]
    const started: string[] = []
    const signals: AbortSignal[] = []
    const handler: Handler = (name, signal) => {
      started.push(name)
      signals.push(signal)
      return defer<WorkEvent>().promise
    }
    const { rerender } = render(<Worker run={one} handler={handler} />, { wrapper: Mode })
    await send(one, 'a')
    rerender(<Worker run={other} handler={handler} />)
    await send(one, 'b')
    await send(other, 'c')
    expect(started).toEqual(['a', 'c'])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(takeWarnings()).toEqual([missed('task', 0)])
  })

  test('two components on one run each handle every output once', async () => {
    const run = workOn()
    const started: string[] = []
    const note = (who: string) => (name: string) => void started.push(`${who} ${name}`)
    render([<Worker key={1} run={run} handler={note('one')} />, <Worker key={2} run={run} handler={note('two')} />], {
      wrapper: Mode,
    })
    await send(run, 'a', 'b')
    expect(started.toSorted()).toEqual(['one a', 'one b', 'two a', 'two b'])
  })

  test('a run that completes delivers its last outputs, and nothing is thrown', async () => {
    const machine = defineMachine<{ at: 'on' } | { at: 'off' }, { type: 'END' }, { type: 'bye' }>({
      name: 'ending',
      version: '1',
      initial: { at: 'on' },
      states: {
        on: {
          END: (_state, _event, emit) => {
            emit({ type: 'bye' })
            return { at: 'off' }
          },
        },
        off: {},
      },
      final: ['off'],
    })
    const run = createRun(machine)
    const seen: unknown[] = []
    const Panel = () => {
      const send = useSend(run)
      useOutputs(run, { bye: (output) => (seen.push(output), { type: 'END' }) })
      return (
        <button type="button" onClick={() => send({ type: 'END' })}>
          end
        </button>
      )
    }
    render(<Panel />, { wrapper: Mode })
    await act(async () => screen.getByRole('button').click())
    expect(seen).toEqual([{ type: 'bye' }])
    expect(run.snapshot.current.status).toBe('done')
  })
})

describe.each(modes)('a handler that throws %s', (_mode, Mode) => {
  const thrown = new Error('it broke')

  function mount(worker: ReactNode) {
    const onError = vi.fn()
    const unmute = muteErrors()
    render(<Retry onError={onError}>{worker}</Retry>, { wrapper: Mode })
    return { onError, unmute }
  }

  test.each([
    [
      'at once',
      () => {
        throw thrown
      },
    ],
    ['later', () => Promise.reject(thrown)],
  ])('throws to the nearest error boundary, %s', async (_when, fail) => {
    const run = workOn()
    const { onError, unmute } = mount(<Worker run={run} handler={fail} />)
    await send(run, 'a')
    unmute()
    expect(onError.mock.lastCall?.[0]).toBe(thrown)
    expect(caught()).toBe('it broke')
  })

  test('continues after that output when the boundary is reset, with the outputs that came in the meantime', async () => {
    const run = workOn('old')
    const started: string[] = []
    const handler: Handler = (name) => {
      started.push(name)
      if (name === 'b') throw thrown
      return undefined
    }
    const { onError, unmute } = mount(<Worker run={run} handler={handler} from="start" />)
    await send(run, 'a', 'b', 'c')
    expect(onError).toHaveBeenCalledTimes(1)
    await send(run, 'd')
    expect(started.slice(0, 3)).toEqual(['old', 'a', 'b'])
    await tryAgain()
    await send(run, 'e')
    unmute()
    expect(caught()).toBeUndefined()
    expect(started).toEqual(['old', 'a', 'b', 'c', 'd', 'e'])
  })

  test('handles the aborted outputs again, and no settled one', async () => {
    const run = workOn()
    const started: string[] = []
    const waiting: Record<string, Deferred<undefined>> = {}
    const handler: Handler = (name) => {
      started.push(name)
      return (waiting[name] = defer<undefined>()).promise
    }
    const { unmute } = mount(<Worker run={run} handler={handler} />)
    await send(run, 'a', 'b', 'c', 'd')
    await act(async () => waiting['c']?.resolve(undefined))
    await act(async () => waiting['b']?.reject(thrown))
    await tryAgain()
    unmute()
    expect(started).toEqual(['a', 'b', 'c', 'd', 'a', 'd'])
  })

  test('no component of another kind continues at its position', async () => {
    const run = workOn()
    const started: string[] = []
    const handled: string[] = []
    const failing: Handler = (name) => {
      started.push(name)
      if (name === 'a') throw thrown
      return undefined
    }
    const Other = () => {
      useOutputs(run, { task: ({ name }) => void handled.push(name) })
      return null
    }
    const { unmute } = mount(<Worker run={run} handler={failing} />)
    await send(run, 'a', 'b')
    const other = render(<Other />, { wrapper: Mode })
    await send(run, 'c')
    expect(handled).toEqual(['c'])
    await tryAgain()
    await send(run, 'd')
    unmute()
    expect(started).toEqual(['a', 'b', 'c', 'd'])
    expect(handled).toEqual(['c', 'd'])
    other.unmount()
  })

  test('two components that threw each continue at their position', async () => {
    const run = workOn()
    const started: string[] = []
    const failingOn = (last: string, who: string): Handler => {
      let failed = false
      return (name) => {
        started.push(`${who} ${name}`)
        if (name !== last || failed) return undefined
        failed = true
        throw thrown
      }
    }
    const workers = [failingOn('a', 'one'), failingOn('b', 'two')].map((handler, key) => (
      <Worker key={key} run={run} handler={handler} />
    ))
    const unmute = muteErrors()
    const retries = workers.map((worker, key) => <Retry key={key}>{worker}</Retry>)
    render(retries, { wrapper: Mode })
    await send(run, 'a', 'b')
    for (const button of screen.getAllByText('try again')) await act(async () => button.click())
    await send(run, 'c')
    unmute()
    expect(started.toSorted()).toEqual(['one a', 'one b', 'one c', 'two a', 'two b', 'two c'])
  })

  test('a component with its run inside the boundary begins with a new run', async () => {
    const runs = new Set<WorkRun>()
    const started: string[] = []
    const Panel = () => {
      const run = useRun(work)
      useOutputs(run, {
        task: ({ name }) => {
          started.push(name)
          if (name === 'a') throw thrown
        },
      })
      useEffect(() => void runs.add(run), [run])
      return null
    }
    const { unmute } = mount(<Panel />)
    await send([...runs][0] as WorkRun, 'a', 'b')
    await tryAgain()
    unmute()
    expect(runs.size).toBe(2)
    await send([...runs][1] as WorkRun, 'c')
    expect(started.filter((name) => name !== 'b')).toEqual(['a', 'c'])
  })
})

test.each([
  ['undefined', undefined],
  ['null', null],
  ['door', 'door'],
  ['[object Object]', { id: 'no ports' }],
])('useOutputs refuses %s, which is not a run', (given, run) => {
  const thrown = thrownBy(() => {
    useOutputs(run as never, {})
    return null
  })
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).toMatchObject({ message: `useOutputs takes a run, not ${given}` })
})

test.each([
  ['handlers.task is "no"; it must be a function, or { handle, while, latest, resume, timeout, onTimeout }', 'no'],
  ['handlers.task.handle is undefined; it must be a function', { latest: true }],
  ['handlers.task.until is unknown; the members are handle, while, latest, resume, timeout, onTimeout', { until: 1 }],
])('useOutputs refuses a wrong handler: %s', (message, task) => {
  const run = createRun(work)
  const thrown = thrownBy(() => {
    useOutputs(run, { task } as never)
    return null
  })
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).toMatchObject({ message })
})

test('useOutputs takes null for no options', async () => {
  const run = workOn()
  const started: string[] = []
  const Panel = () => {
    useOutputs(run, { task: ({ name }) => void started.push(name) }, null as never)
    return null
  }
  render(<Panel />)
  await send(run, 'a')
  expect(started).toEqual(['a'])
})

test.each([
  ['undefined', undefined],
  ['null', null],
  ['door', 'door'],
])('useOutputs refuses %s, which is not an object of handlers', (given, handlers) => {
  const run = createRun(work)
  const Panel = () => {
    useOutputs(run, handlers as never)
    return null
  }
  const unmute = muteErrors()
  expect(() => render(<Panel />)).toThrow(
    `useOutputs takes an object with a handler for each type of output, not ${given}`,
  )
  unmute()
})
