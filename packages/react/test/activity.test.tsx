// Components that <Activity> hides and shows again. React 18 has no <Activity> and does not run this file.

import { act, render } from '@testing-library/react'
import { createRun, defineMachine } from '@xmachines/core'
import { openNamed, type RunStore } from '@xmachines/core/store'
import { useOutputs, useRefusals, useRun, useSnapshot } from '@xmachines/react'
import { usePersistentRun } from '@xmachines/react/persistent'
import { Activity, memo, type ReactNode, Suspense, useEffect, useState } from 'react'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { lastingStore } from './lasting-leases.ts'
import { counter } from './machines.ts'
import { Boundary, expectQuietConsole, missed, modes, muteErrors, takeWarnings } from './modes.tsx'
import { Opening } from './opening.tsx'
import { type Deferred, defer, type WorkEvent, type WorkRun, workOn } from './work.ts'

const hidden = (children: ReactNode) => tree('hidden', children)
const visible = (children: ReactNode) => tree('visible', children)
const tree = (mode: 'visible' | 'hidden', children: ReactNode) => <Activity mode={mode}>{children}</Activity>

const send = (run: WorkRun, ...names: readonly string[]) =>
  act(async () => {
    for (const name of names) run.in.send({ type: 'DO', name })
  })

interface WorkerProps {
  readonly run: WorkRun
  readonly handler: (name: string, signal: AbortSignal) => Promise<WorkEvent | undefined> | undefined
}

function Worker({ run, handler }: WorkerProps) {
  useOutputs(run, { task: ({ name }, { signal }) => handler(name, signal) })
  return null
}

describe.each(modes)('a hidden <Activity> %s', (_mode, Mode) => {
  expectQuietConsole()

  test('keeps its run and its state, and shows the current state when it is shown again', async () => {
    const ids = new Set<string>()
    const shared = createRun(counter)
    const Panel = () => {
      const run = useRun(counter)
      const [typed] = useState(() => Math.random())
      useEffect(() => void ids.add(`${run.id} ${typed}`))
      return <p>{useSnapshot(shared, ({ state }) => state.count)}</p>
    }
    const { container, rerender } = render(visible(<Panel />), { wrapper: Mode })
    await act(async () => rerender(hidden(<Panel />)))
    await act(async () => void shared.in.send({ type: 'INC' }))
    await act(async () => rerender(visible(<Panel />)))
    expect(container.textContent).toBe('1')
    expect(ids.size).toBe(1)
  })

  test('shows the current state in the very commit of a synchronous `act`, without a warning', () => {
    const shared = createRun(counter)
    const Panel = memo(function Panel(_props: { version: number }) {
      return <p>{useSnapshot(shared, ({ state }) => state.count)}</p>
    })
    const { container, rerender } = render(visible(<Panel version={1} />), { wrapper: Mode })
    rerender(visible(<Panel version={2} />))
    rerender(hidden(<Panel version={2} />))
    shared.in.send({ type: 'INC' })
    rerender(visible(<Panel version={2} />))
    expect(container.textContent).toBe('1')
  })

  test('holds no subscription to its run', async () => {
    const shared = createRun(counter)
    let subscriptions = 0
    const { subscribe } = shared.snapshot
    Object.defineProperty(shared.snapshot, 'subscribe', {
      value: (listener: (sent: boolean) => void) => {
        const stop = subscribe(listener)
        subscriptions++
        return () => {
          subscriptions--
          stop()
        }
      },
    })
    const Panel = () => <p>{useSnapshot(shared, ({ state }) => state.count)}</p>
    const { rerender } = render(visible(<Panel />), { wrapper: Mode })
    expect(subscriptions).toBe(1)
    await act(async () => rerender(hidden(<Panel />)))
    expect(subscriptions).toBe(0)
    await act(async () => rerender(visible(<Panel />)))
    expect(subscriptions).toBe(1)
  })

  test('starts no handler, lets running handlers finish, and continues when it is shown again', async () => {
    const run = workOn()
    const started: string[] = []
    const signals: AbortSignal[] = []
    const waiting: Record<string, Deferred<WorkEvent>> = {}
    const handler = (name: string, signal: AbortSignal) => {
      started.push(name)
      signals.push(signal)
      return (waiting[name] = defer<WorkEvent>()).promise
    }
    const worker = <Worker run={run} handler={handler} />
    const { rerender } = render(visible(worker), { wrapper: Mode })
    await send(run, 'a')
    await act(async () => rerender(hidden(worker)))
    await send(run, 'b', 'c')
    expect(started).toEqual(['a'])
    await act(async () => waiting['a']?.resolve({ type: 'DID', name: 'a' }))
    expect(run.snapshot.current.state.done).toEqual(['a'])
    await act(async () => rerender(visible(worker)))
    await send(run, 'd')
    expect(started).toEqual(['a', 'b', 'c', 'd'])
    expect(signals.some(({ aborted }) => aborted)).toBe(false)
  })

  test('still cancels handlers that run, by the state and by a timeout', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const run = workOn()
    const signals: Record<string, AbortSignal> = {}
    const Cancelling = () => {
      useOutputs(run, {
        task: {
          handle: ({ name }, { signal }) => {
            signals[name] = signal
            return defer<undefined>().promise
          },
          while: ({ done }, { name }) => !done.includes(name),
          timeout: 1000,
          onTimeout: ({ name }) => ({ type: 'DID', name: `${name}, too late` }),
        },
      })
      return null
    }
    const { rerender } = render(visible(<Cancelling />), { wrapper: Mode })
    await send(run, 'a', 'b')
    await act(async () => rerender(hidden(<Cancelling />)))
    await act(async () => void run.in.send({ type: 'DID', name: 'a' }))
    expect([signals['a']?.aborted, signals['b']?.aborted]).toEqual([true, false])
    await act(async () => void (await vi.advanceTimersByTimeAsync(1000)))
    expect(run.snapshot.current.state.done).toEqual(['a', 'b, too late'])
    expect(signals['b']?.aborted).toBe(true)
    await send(run, 'c')
    expect(signals['c']).toBeUndefined()
    await act(async () => rerender(visible(<Cancelling />)))
    expect(signals['c']?.aborted).toBe(false)
  })

  test('that was hidden from the start handles the outputs since then when it is shown', async () => {
    const run = workOn('before')
    const started: string[] = []
    const worker = <Worker run={run} handler={(name) => (started.push(name), undefined)} />
    const { rerender } = render(hidden(worker), { wrapper: Mode })
    await send(run, 'a')
    expect(started).toEqual([])
    await act(async () => rerender(visible(worker)))
    expect(started).toEqual(['a'])
    expect(takeWarnings()).toEqual([missed('task', 0)])
  })

  test('uses the handlers of its latest render when it is shown again', async () => {
    const run = workOn()
    const started: string[] = []
    const worker = (which: string) => (
      <Worker run={run} handler={(name) => (started.push(`${which} ${name}`), undefined)} />
    )
    const { rerender } = render(visible(worker('first')), { wrapper: Mode })
    await act(async () => rerender(hidden(worker('first'))))
    await send(run, 'a')
    await act(async () => rerender(hidden(worker('second'))))
    await act(async () => rerender(visible(worker('third'))))
    expect(started).toEqual(['third a'])
  })

  test('that is unmounted while it is hidden aborts running handlers', async () => {
    const run = workOn()
    const signals: AbortSignal[] = []
    const worker = <Worker run={run} handler={(_name, signal) => (signals.push(signal), defer<undefined>().promise)} />
    const { rerender, unmount } = render(visible(worker), { wrapper: Mode })
    await send(run, 'a')
    await act(async () => rerender(hidden(worker)))
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await act(async () => unmount())
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  test('starts each output once, however often it is hidden and shown', async () => {
    const run = workOn()
    const started: string[] = []
    const worker = <Worker run={run} handler={(name) => (started.push(name), undefined)} />
    const { rerender } = render(visible(worker), { wrapper: Mode })
    const names = Array.from({ length: 40 }, (_, index) => `${index}`)
    for (const [index, name] of names.entries()) {
      // Some events are sent between hiding and showing, in the same task.
      run.in.send({ type: 'DO', name })
      if (index % 3 === 0) await act(async () => rerender(index % 2 === 0 ? hidden(worker) : visible(worker)))
    }
    await act(async () => rerender(visible(worker)))
    expect(started).toEqual(names)
  })

  test('receives no refusal, and receives the missed ones when it is shown again', async () => {
    const run = workOn()
    const received: string[] = []
    const Listener = () => {
      useRefusals(run, ({ reason }) => void received.push(String(reason)))
      return null
    }
    const { rerender } = render(visible(<Listener />), { wrapper: Mode })
    await act(async () => rerender(hidden(<Listener />)))
    await act(async () => void run.in.send({ type: 'REFUSED', name: 'a' }))
    expect(received).toEqual([])
    await act(async () => rerender(visible(<Listener />)))
    expect(received).toEqual(['not a'])
  })
})

test.each(modes)(
  'a fatal error of a run in a hidden <Activity> is thrown when it is shown again, %s',
  async (_mode, Mode) => {
    const run = createRun(counter)
    const Panel = () => <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    const page = (mode: 'visible' | 'hidden') => <Boundary>{tree(mode, <Panel />)}</Boundary>
    const { container, rerender } = render(page('visible'), { wrapper: Mode })
    await act(async () => rerender(page('hidden')))
    const unmute = muteErrors()
    await act(async () => void run.in.send({ type: 'BREAK' }))
    await act(async () => rerender(page('visible')))
    unmute()
    expect(container.textContent).toContain('it broke')
  },
)

describe.each(modes)('a persistent run in a hidden <Activity> %s', (_mode, Mode) => {
  expectQuietConsole()

  type JobEvent = { type: 'DO'; name: string } | { type: 'DID'; by: string }
  const jobs = defineMachine<readonly string[], JobEvent, { type: 'task'; name: string }>({
    name: 'jobs',
    version: '1',
    initial: [],
    on: {
      DO: (done, { name }, emit) => {
        emit({ type: 'task', name })
        return done
      },
      DID: (done, { by }) => [...done, by],
    },
  })

  const started: string[] = []
  const finish = new Map<string, () => void>()

  function Jobs({ store }: { store: RunStore }) {
    const run = usePersistentRun(jobs, { store, key: 'jobs' })
    useOutputs(run, {
      task: ({ name }) => {
        started.push(name)
        return new Promise((resolve) => finish.set(name, () => resolve({ type: 'DID', by: `this tab: ${name}` })))
      },
    })
    return <p>{useSnapshot(run, ({ state }) => state.join())}</p>
  }

  test('stays, starts nothing new, lets what runs finish, and gives the lease to another tab', async () => {
    started.length = 0
    const store = lastingStore()
    const follow = vi.spyOn(store, 'follow')
    const page = (
      <Suspense fallback={<Opening />}>
        <Jobs store={store} />
      </Suspense>
    )
    const { container, rerender, unmount } = render(visible(page), { wrapper: Mode })
    await vi.waitFor(async () => expect(await store.name('jobs')).toBeDefined())
    const { run } = await openNamed(store, 'jobs', jobs, {})
    run.in.send({ type: 'DO', name: 'first' })
    await vi.waitFor(() => expect(started).toEqual(['first']))
    await act(async () => rerender(hidden(page)))
    run.in.send({ type: 'DO', name: 'second' })
    await run.flush()
    expect(await store.lease(run.id, { owner: 'another tab', ttl: 60_000 })).toBeUndefined()
    finish.get('first')?.()
    await vi.waitFor(() => expect(run.state).toEqual(['this tab: first']))
    const lease = await vi.waitFor(async () => {
      const taken = await store.lease(run.id, { owner: 'another tab', ttl: 60_000 })
      expect(taken).toBeDefined()
      return taken
    })
    expect([lease?.settled, started]).toEqual([1, ['first']])
    await lease?.release()
    await act(async () => rerender(visible(page)))
    expect(container.textContent).toBe('this tab: first')
    await vi.waitFor(() => expect(started).toEqual(['first', 'second']))
    finish.get('second')?.()
    await vi.waitFor(() => expect(container.textContent).toBe('this tab: first,this tab: second'))
    expect(follow.mock.calls.filter(([, { signal }]) => signal.aborted)).toEqual([])
    unmount()
    run.close()
  })
})
