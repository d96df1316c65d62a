// A run that is kept in a store: found again after a reload, shared by components and tabs, and never a white page.

import { act, fireEvent, render, screen } from '@testing-library/react'
import { defineMachine } from '@xmachines/core'
import { memoryStore, openNamed, type RunStore, type StoredRecord, StoreError } from '@xmachines/core/store'
import { useOutputs, useSend, useSnapshot } from '@xmachines/react'
import { PersistentRun, usePersistentRun } from '@xmachines/react/persistent'
import { type ReactNode, Suspense, useState } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { describe, expect, test, vi } from 'vitest'
import { lastingStore } from './lasting-leases.ts'
import { Boundary, expectQuietConsole, modes, thrownBy } from './modes.tsx'
import { Opening, renderOpened } from './opening.tsx'

type DraftEvent = { type: 'TYPED'; text: string }

const draft = defineMachine<string, DraftEvent, { type: 'typed' }>({
  name: 'draft',
  version: '1',
  initial: '',
  on: {
    TYPED: (text, event, emit) => {
      emit({ type: 'typed' })
      return text + event.text
    },
  },
})

function Draft({ store, onStoreError }: { store: RunStore; onStoreError?: (error: Error) => void }): ReactNode {
  const run = usePersistentRun(draft, { store, key: 'draft', ...(onStoreError && { onStoreError }) })
  const text = useSnapshot(run, ({ state }) => state)
  const send = useSend(run)
  return (
    <button type="button" data-run={run.id} onClick={() => send({ type: 'TYPED', text: 'a' })}>
      {text || 'empty'}
    </button>
  )
}

const shown = (): string[] => screen.getAllByRole('button').map((button) => button.textContent ?? '')

/** The batches that a store has of the run with a name. */
async function kept(store: RunStore): Promise<number> {
  const id = await store.name('draft')
  return id === undefined ? -1 : ((await store.head(id))?.sequence ?? -1)
}

describe.each(modes)('%s', (_mode, Mode) => {
  expectQuietConsole()

  test('a run is suspended until it is open, kept after each event, and found again', async () => {
    const store = memoryStore()
    const { unmount } = await renderOpened(<Draft store={store} />, Mode)
    expect(shown()).toEqual(['empty'])
    fireEvent.click(screen.getByRole('button'))
    expect(shown()).toEqual(['a'])
    const id = screen.getByRole('button').dataset['run']
    await vi.waitFor(async () => expect(await kept(store)).toBe(1))
    unmount()
    await renderOpened(<Draft store={store} />, Mode)
    expect([shown(), screen.getByRole('button').dataset['run']]).toEqual([['a'], id])
  })

  test('components with one key share one run, and it stays open until the last unmounts', async () => {
    const store = memoryStore()
    const follow = vi.spyOn(store, 'follow')
    const Both = (): ReactNode => {
      const [isShort, shorten] = useState(false)
      return (
        <>
          <Draft store={store} />
          {!isShort && <Draft store={store} />}
          <input aria-label="shorten" type="checkbox" onChange={() => shorten(true)} />
        </>
      )
    }
    const { unmount } = await renderOpened(<Both />, Mode)
    fireEvent.click(screen.getAllByRole('button')[0] as HTMLElement)
    expect(shown()).toEqual(['a', 'a'])
    fireEvent.click(screen.getByLabelText('shorten'))
    fireEvent.click(screen.getByRole('button'))
    expect(shown()).toEqual(['aa'])
    await vi.waitFor(async () => expect(await kept(store)).toBe(2))
    expect(follow).toHaveBeenCalledTimes(1)
    const signal = follow.mock.calls[0]?.[1].signal
    expect(signal?.aborted).toBe(false)
    unmount()
    await vi.waitFor(() => expect(signal?.aborted).toBe(true))
  })

  test('what another tab sends is shown', async () => {
    const store = memoryStore()
    await renderOpened(<Draft store={store} />, Mode)
    await vi.waitFor(async () => expect(await kept(store)).toBe(0))
    const { run } = await openNamed(store, 'draft', draft, {})
    run.in.send({ type: 'TYPED', text: 'b' })
    await screen.findByText('b')
    run.close()
  })

  test('nothing is written before the first commit', async () => {
    const store = memoryStore()
    const append = vi.spyOn(store, 'append')
    const never = new Promise<void>(() => undefined)
    const Sibling = (): ReactNode => {
      throw never
    }
    render(
      <Suspense fallback={<Opening />}>
        <Draft store={store} />
        <Sibling />
      </Suspense>,
      { wrapper: Mode },
    )
    await act(async () => {
      await Promise.resolve()
    })
    expect(screen.queryByRole('button')).toBeNull()
    expect(append).not.toHaveBeenCalled()
  })

  test('a store that cannot be opened leaves a run in memory, and says so', async () => {
    const store: RunStore = {
      ...memoryStore(),
      name: async () => {
        throw new StoreError('UNAVAILABLE', 'this window is private')
      },
    }
    const onStoreError = vi.fn()
    await renderOpened(<Draft store={store} onStoreError={onStoreError} />, Mode)
    fireEvent.click(screen.getByRole('button'))
    expect(shown()).toEqual(['a'])
    await vi.waitFor(() => expect(onStoreError).toHaveBeenCalledTimes(1))
    expect(onStoreError.mock.calls[0]?.[0].message).toBe('this window is private')
  })

  test('a store that fails later keeps nothing lost, and says so once', async () => {
    const store = memoryStore()
    const append = store.append
    let isFull = false
    const filling: RunStore = {
      ...store,
      append: async (...given) => {
        if (isFull) throw new StoreError('UNAVAILABLE', 'the disk is full')
        await append(...given)
      },
    }
    const onStoreError = vi.fn()
    await renderOpened(<Draft store={filling} onStoreError={onStoreError} />, Mode)
    await vi.waitFor(async () => expect(await kept(store)).toBe(0))
    isFull = true
    fireEvent.click(screen.getByRole('button'))
    await vi.waitFor(() => expect(onStoreError).toHaveBeenCalledTimes(1))
    expect(shown()).toEqual(['a'])
    isFull = false
    await vi.waitFor(async () => expect(await kept(store)).toBe(1))
  })

  test('what cannot be opened for another reason is thrown to the boundary', async () => {
    const store: RunStore = {
      ...memoryStore(),
      name: async () => {
        throw new Error('a bug of the store')
      },
    }
    const spy = vi.spyOn(console, 'error').mockReturnValue()
    const prevent = (event: Event): void => event.preventDefault()
    window.addEventListener('error', prevent)
    render(
      <Boundary>
        <Suspense fallback={<Opening />}>
          <Draft store={store} />
        </Suspense>
      </Boundary>,
      { wrapper: Mode },
    )
    expect((await screen.findByRole('alert')).textContent).toBe('a bug of the store')
    window.removeEventListener('error', prevent)
    spy.mockClear()
  })

  test('a page that a server rendered shows the fallback, hydrates without a warning, and then the run', async () => {
    const store = memoryStore()
    const page = (
      <Mode>
        <PersistentRun machine={draft} store={store} name="draft" fallback={<p>opening</p>}>
          {(run) => <button type="button">{run.state || 'empty'}</button>}
        </PersistentRun>
      </Mode>
    )
    const container = document.createElement('div')
    document.body.append(container)
    container.innerHTML = renderToString(page)
    expect(container.textContent).toBe('opening')
    const root = await act(async () => hydrateRoot(container, page))
    await vi.waitFor(() => expect(container.textContent).toBe('empty'))
    act(() => root.unmount())
    container.remove()
  })

  test('other hooks take the run', async () => {
    const store = lastingStore()
    const typed = vi.fn()
    const Handled = (): ReactNode => {
      const run = usePersistentRun(draft, { store, key: 'draft' })
      useOutputs(run, { typed })
      return <Draft store={store} />
    }
    await renderOpened(<Handled />, Mode)
    fireEvent.click(screen.getByRole('button'))
    await vi.waitFor(() => expect(typed).toHaveBeenCalledTimes(1))
  })

  test('what was sent right before unmounting is kept', async () => {
    const store = memoryStore()
    const { unmount } = await renderOpened(<Draft store={store} />, Mode)
    await vi.waitFor(async () => expect(await kept(store)).toBe(0))
    fireEvent.click(screen.getByRole('button'))
    unmount()
    await vi.waitFor(async () => expect(await kept(store)).toBe(1))
  })

  test('another key or another store shows another run, and the first is closed', async () => {
    const [store, other] = [memoryStore(), memoryStore()]
    const follow = vi.spyOn(store, 'follow')
    const Keyed = ({ at, name }: { at: RunStore; name: string }): ReactNode => {
      const run = usePersistentRun(draft, { store: at, key: name })
      const send = useSend(run)
      return (
        <button type="button" onClick={() => send({ type: 'TYPED', text: name })}>
          {useSnapshot(run, ({ state }) => state) || 'empty'}
        </button>
      )
    }
    const tree = (at: RunStore, name: string): ReactNode => (
      <Suspense fallback={<Opening />}>
        <Keyed at={at} name={name} />
      </Suspense>
    )
    const { rerender } = await renderOpened(<Keyed at={store} name="one" />, Mode)
    rerender(tree(store, 'one'))
    fireEvent.click(await screen.findByRole('button'))
    await screen.findByText('one')
    await vi.waitFor(() => expect(follow).toHaveBeenCalled())
    rerender(tree(store, 'two'))
    await screen.findByText('empty')
    await vi.waitFor(() => expect(follow.mock.calls[0]?.[1].signal.aborted).toBe(true))
    rerender(tree(other, 'one'))
    await screen.findByText('empty')
    rerender(tree(store, 'one'))
    await screen.findByText('one')
  })

  test('a run of an earlier version is taken over by a mapping of its events', async () => {
    const info = vi.spyOn(console, 'info').mockReturnValue()
    const store = memoryStore()
    const { unmount } = await renderOpened(<Draft store={store} />, Mode)
    fireEvent.click(screen.getByRole('button'))
    await vi.waitFor(async () => expect(await kept(store)).toBe(1))
    const before = await store.name('draft')
    unmount()
    const typed = defineMachine<string, { type: 'WRITTEN'; text: string }>({
      name: 'draft',
      version: '2',
      initial: '',
      on: { WRITTEN: (text, event) => text + event.text },
    })
    const onStoreError = vi.fn()
    const Migrated = (): ReactNode => {
      const migrate = { rename: { TYPED: 'WRITTEN' } } as const
      const run = usePersistentRun(typed, { store, key: 'draft', migrate, onStoreError })
      return <button type="button">{useSnapshot(run, ({ state }) => state)}</button>
    }
    await renderOpened(<Migrated />, Mode)
    await screen.findByText('a')
    await vi.waitFor(async () => expect(await store.name('draft')).not.toBe(before))
    expect(await store.head(before as string)).toMatchObject({ sequence: 1 })
    expect(onStoreError).not.toHaveBeenCalled()
    expect(info.mock.calls[0]?.[0]).toContain('migrate took it over to draft@2')
    info.mockRestore()
  })

  test.each(['a changed event', 'a missing record', 'nothing under the name'])(
    'damaged data is set aside, reported, and a new run begins: %s',
    async (damage) => {
      const store = memoryStore()
      const { unmount } = await renderOpened(<Draft store={store} />, Mode)
      for (let count = 0; count < 2; count++) fireEvent.click(screen.getByRole('button'))
      await vi.waitFor(async () => expect(await kept(store)).toBe(2))
      const before = (await store.name('draft')) as string
      unmount()
      const warn = vi.spyOn(console, 'warn').mockReturnValue()
      const damaged: RunStore = {
        ...store,
        read: (id, options) => {
          if (id !== before) return store.read(id, options)
          if (damage === 'nothing under the name') return store.read('gone', options)
          return store.read(id, options).pipeThrough(
            new TransformStream<StoredRecord, StoredRecord>({
              transform(record, controller) {
                if (!('events' in record)) controller.enqueue(record)
                else if (damage === 'a changed event') {
                  controller.enqueue({ ...record, events: [{ type: 'TYPED', text: 'x' } as never] })
                } else if (record.parent !== before) controller.enqueue(record)
              },
            }),
          )
        },
      }
      const onStoreError = vi.fn()
      await renderOpened(<Draft store={damaged} onStoreError={onStoreError} />, Mode)
      expect(shown()).toEqual(['empty'])
      await vi.waitFor(() => expect(onStoreError).toHaveBeenCalledTimes(1))
      expect(warn.mock.calls[0]?.[0]).toContain(`The run ${before} does not open`)
      await vi.waitFor(async () => expect(await store.name('draft')).not.toBe(before))
      expect(await store.head(before)).toBeDefined()
      warn.mockRestore()
    },
  )

  test('another machine under one key changes nothing, and development says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const store = memoryStore()
    const other = defineMachine<string, DraftEvent>({ name: 'draft', version: '1', initial: '', on: {} })
    const Both = (): ReactNode => {
      usePersistentRun(other, { store, key: 'draft' })
      return <Draft store={store} />
    }
    const tree = (isBoth: boolean): ReactNode => (
      <>
        <Draft store={store} />
        {isBoth && <Both />}
      </>
    )
    await renderOpened(tree(true), Mode)
    await vi.waitFor(() => expect(warn).toHaveBeenCalled())
    expect(warn.mock.calls[0]?.[0]).toMatch(/received another machine for the key "draft", draft@1, and keeps its run/)
    warn.mockRestore()
  })

  test.each([
    [undefined, 'draft', /takes a store, such as indexedDbStore\(\), not undefined/],
    [memoryStore(), undefined, /takes a key that is text, not undefined/],
  ])('wrong arguments are refused: %#', (store, key, message) => {
    const Wrong = (): ReactNode => {
      usePersistentRun(draft, { store, key } as never)
      return null
    }
    expect(thrownBy(Wrong)).toMatchObject({ message: expect.stringMatching(message) })
  })
})
