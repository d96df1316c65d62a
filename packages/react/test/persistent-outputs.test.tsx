// Outputs of a persistent run: handled once, by one component of one tab, after they are kept; by each if asked for.

import { act, fireEvent, render, screen } from '@testing-library/react'
import { defineMachine } from '@xmachines/core'
import { handleShared, openNamed, type RunStore, type SharedRun, StoreError } from '@xmachines/core/store'
import { useOutputs, useSend, useSnapshot } from '@xmachines/react'
import { usePersistentRun } from '@xmachines/react/persistent'
import { type ReactNode, Suspense, useState } from 'react'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { lastingStore } from './lasting-leases.ts'
import { Boundary, expectQuietConsole, modes, muteErrors } from './modes.tsx'
import { Opening } from './opening.tsx'

type OrderEvent = { type: 'PAY'; cents: number } | { type: 'PAID'; cents: number }
type OrderOutput = { type: 'charge'; cents: number } | { type: 'thank' }

const order = defineMachine<readonly number[], OrderEvent, OrderOutput>({
  name: 'order',
  version: '1',
  initial: [],
  on: {
    PAY: (paid, { cents }, emit) => {
      emit({ type: 'charge', cents })
      return paid
    },
    PAID: (paid, { cents }, emit) => {
      emit({ type: 'thank' })
      return [...paid, cents]
    },
  },
})

type Handlers = Parameters<typeof useOutputs<OrderEvent, OrderOutput, readonly number[]>>[1]

function Desk({ store, handlers, each = false }: { store: RunStore; handlers?: Handlers; each?: boolean }): ReactNode {
  const run = usePersistentRun(order, { store, key: 'order' })
  useOutputs(run, handlers ?? { charge: ({ cents }) => ({ type: 'PAID', cents }), thank: () => undefined }, { each })
  const send = useSend(run)
  return (
    <button type="button" onClick={() => send({ type: 'PAY', cents: 7 })}>
      paid: {useSnapshot(run, ({ state }) => state.join())}
    </button>
  )
}

function mount(tree: ReactNode, Mode: (typeof modes)[number][1]) {
  return render(<Suspense fallback={<Opening />}>{tree}</Suspense>, { wrapper: Mode })
}

/** The run as another tab has it. */
async function otherTab(store: RunStore): Promise<SharedRun<readonly number[], OrderEvent, OrderOutput>> {
  const { run } = await openNamed(store, 'order', order, {})
  onTestFinished(() => run.close())
  return run
}

const pay = async (): Promise<void> => void fireEvent.click((await screen.findAllByRole('button'))[0] as HTMLElement)

async function settled(store: RunStore): Promise<number | undefined> {
  const { value } = await store.list().getReader().read()
  return value?.settled
}

/** A promise, and what resolves it. */
function deferred(): { readonly done: Promise<void>; readonly finish: () => void } {
  let finish = (): void => undefined
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  return { done, finish }
}

describe.each(modes)('the outputs of a persistent run %s', (_mode, Mode) => {
  expectQuietConsole()

  test('are handled after they are kept, and what settled is kept', async () => {
    const store = lastingStore()
    const keptAtStart: (number | undefined)[] = []
    const charge = vi.fn(async ({ cents }: { cents: number }) => {
      const id = await store.name('order')
      keptAtStart.push((await store.head(id as string))?.sequence)
      return { type: 'PAID', cents } as const
    })
    mount(<Desk store={store} handlers={{ charge, thank: () => undefined }} />, Mode)
    await pay()
    await screen.findByText('paid: 7')
    await vi.waitFor(async () => expect(await settled(store)).toBe(2))
    expect(charge).toHaveBeenCalledTimes(1)
    expect(keptAtStart).toEqual([1])
  })

  test('are handled once by two components and another tab, and by each of them with each: true', async () => {
    const store = lastingStore()
    const [charge, toast] = [vi.fn(({ cents }: { cents: number }) => ({ type: 'PAID', cents }) as const), vi.fn()]
    const handlers = { charge, thank: () => undefined }
    mount(
      <>
        <Desk store={store} handlers={handlers} />
        <Desk store={store} handlers={handlers} />
        <Desk store={store} handlers={{ charge: toast }} each />
        <Desk store={store} handlers={{ charge: toast }} each />
      </>,
      Mode,
    )
    await pay()
    await vi.waitFor(() => expect(screen.getAllByText('paid: 7')).toHaveLength(4))
    const other = await otherTab(store)
    const stop = new AbortController()
    const handled = handleShared(other, handlers, { signal: stop.signal, ttl: 60_000 })
    await pay()
    await vi.waitFor(() => expect(screen.getAllByText('paid: 7,7')).toHaveLength(4))
    await vi.waitFor(() => expect(toast).toHaveBeenCalledTimes(4))
    stop.abort()
    await handled
    expect(charge).toHaveBeenCalledTimes(2)
  })

  test('go on from what has settled, after a reload', async () => {
    const store = lastingStore()
    const run = await otherTab(store)
    await (await openNamed(store, 'order', order, {})).begin().then((begun) => begun.close())
    const before = await otherTab(store)
    before.in.send([
      { type: 'PAY', cents: 1 },
      { type: 'PAY', cents: 2 },
    ])
    await before.flush()
    const lease = await store.lease(before.id, { owner: 'one that is gone', ttl: 60_000 })
    await lease?.settle(1)
    await lease?.release()
    run.close()
    const charge = vi.fn(({ cents }: { cents: number }) => ({ type: 'PAID', cents }) as const)
    mount(<Desk store={store} handlers={{ charge, thank: () => undefined }} />, Mode)
    await screen.findByText('paid: 2')
    expect(charge.mock.calls.map(([output]) => output)).toEqual([{ type: 'charge', cents: 2 }])
  })

  test('are not answered twice if the one before answered and could not say so', async () => {
    const store = lastingStore()
    await (await openNamed(store, 'order', order, {})).begin().then((begun) => begun.close())
    const before = await otherTab(store)
    before.in.send({ type: 'PAY', cents: 1 })
    before.sendWithKey({ type: 'PAID', cents: 1 }, `${before.id}/0`)
    await before.flush()
    const charge = vi.fn()
    mount(<Desk store={store} handlers={{ charge, thank: () => undefined }} />, Mode)
    await vi.waitFor(async () => expect(await settled(store)).toBe(2))
    expect(charge).not.toHaveBeenCalled()
  })

  test('that run when their component unmounts are aborted, and the next component starts them again', async () => {
    const store = lastingStore()
    const signals: AbortSignal[] = []
    const never: Handlers = {
      charge: (_output, { signal }) => {
        signals.push(signal)
        return new Promise<undefined>(() => undefined)
      },
      thank: () => undefined,
    }
    const { unmount } = mount(<Desk store={store} handlers={never} />, Mode)
    await pay()
    await vi.waitFor(() => expect(signals).toHaveLength(1))
    unmount()
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true))
    mount(<Desk store={store} />, Mode)
    await screen.findByText('paid: 7')
  })

  test('wait while a lazy component that handles them is not mounted any more, and are handled when it is again', async () => {
    const store = lastingStore()
    const charge = vi.fn(({ cents }: { cents: number }) => ({ type: 'PAID', cents }) as const)
    const Page = (): ReactNode => {
      const [isOpen, toggle] = useState(true)
      return (
        <>
          <Desk store={store} handlers={{ thank: () => undefined }} />
          {isOpen && <Desk store={store} handlers={{ charge }} />}
          <input aria-label="toggle" type="checkbox" onChange={() => toggle(!isOpen)} />
        </>
      )
    }
    mount(<Page />, Mode)
    await pay()
    await vi.waitFor(() => expect(charge).toHaveBeenCalledTimes(1))
    fireEvent.click(screen.getByLabelText('toggle'))
    await pay()
    await vi.waitFor(() => expect(screen.getAllByText('paid: 7')).toHaveLength(1))
    expect(charge).toHaveBeenCalledTimes(1)
    fireEvent.click(screen.getByLabelText('toggle'))
    await vi.waitFor(() => expect(screen.getAllByText('paid: 7,7')).toHaveLength(2))
  })

  test('of a handler that throws settle, the boundary gets the error, and the others are handled after its reset', async () => {
    const store = lastingStore()
    const charge = vi.fn(({ cents }: { cents: number }): { type: 'PAID'; cents: number } => {
      if (charge.mock.calls.length === 1) throw new Error('no money')
      return { type: 'PAID', cents }
    })
    const desk = <Desk store={store} handlers={{ charge, thank: () => undefined }} />
    const tree = (key: string): ReactNode => (
      <Boundary key={key}>
        <Suspense fallback={<Opening />}>{desk}</Suspense>
      </Boundary>
    )
    const unmute = muteErrors()
    const { rerender } = render(tree('first'), { wrapper: Mode })
    await pay()
    expect((await screen.findByRole('alert')).textContent).toBe('no money')
    unmute()
    rerender(tree('second'))
    await pay()
    await screen.findByText('paid: 7')
    expect(charge).toHaveBeenCalledTimes(2)
    await vi.waitFor(async () => expect(await settled(store)).toBe(3))
  })

  test('are handled with cancellation: by the state, the next output and a timeout', async () => {
    const store = lastingStore()
    const aborted: number[] = []
    const handlers: Handlers = {
      charge: {
        latest: true,
        handle: ({ cents }, { signal }) =>
          new Promise((resolve) => {
            if (aborted.length > 0) resolve({ type: 'PAID', cents })
            signal.addEventListener('abort', () => aborted.push(cents))
          }),
      },
      thank: () => undefined,
    }
    mount(<Desk store={store} handlers={handlers} />, Mode)
    await pay()
    await pay()
    await screen.findByText('paid: 7')
    expect(aborted).toEqual([7])
    await vi.waitFor(async () => expect(await settled(store)).toBe(3))
  })

  test('take an answer that is refused as settled', async () => {
    const store = lastingStore()
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const strict = { charge: () => ({ type: 'NONSENSE' }) as never, thank: () => undefined }
    mount(<Desk store={store} handlers={strict} />, Mode)
    await pay()
    await vi.waitFor(async () => expect(await settled(store)).toBe(1))
    // Development warns of a type of event that the machine does not name.
    warn.mockClear()
  })

  test('from is refused without each, since the store knows where to go on', async () => {
    const store = lastingStore()
    const Wrong = (): ReactNode => {
      useOutputs(usePersistentRun(order, { store, key: 'order' }), {}, { from: 'start' })
      return null
    }
    const unmute = muteErrors()
    mount(
      <Boundary>
        <Wrong />
      </Boundary>,
      Mode,
    )
    expect((await screen.findByRole('alert')).textContent).toMatch(/with each: true only/)
    unmute()
  })

  test('of a run that a store cannot keep are handled in memory', async () => {
    const store: RunStore = {
      ...lastingStore(),
      append: () => Promise.reject(new StoreError('UNAVAILABLE', 'the disk is full')),
    }
    mount(<Desk store={store} />, Mode)
    await pay()
    await screen.findByText('paid: 7')
  })

  test('are handled by another tab while no component of this one is mounted', async () => {
    const store = lastingStore()
    const first = deferred()
    const charge = vi.fn(async ({ cents }: { cents: number }) => {
      await first.done
      return { type: 'PAID', cents } as const
    })
    const { unmount } = mount(<Desk store={store} handlers={{ charge, thank: () => undefined }} />, Mode)
    await pay()
    await vi.waitFor(() => expect(charge).toHaveBeenCalledTimes(1))
    const other = await otherTab(store)
    const stop = new AbortController()
    const handlers = { charge: ({ cents }: { cents: number }) => ({ type: 'PAID', cents: -cents }) as const }
    // It asks for the lease again each second.
    const handled = handleShared(other, { ...handlers, thank: () => undefined }, { signal: stop.signal, ttl: 4000 })
    await act(async () => unmount())
    await vi.waitFor(() => expect(other.state).toEqual([-7]))
    stop.abort()
    await handled
    first.finish()
  })
})
