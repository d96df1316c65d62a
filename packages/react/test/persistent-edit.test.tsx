// An edit of the machine of a persistent run, in development: the run is opened again with the new definition.

import './refresh.ts'

import { act, render, screen } from '@testing-library/react'
import { defineMachine, type Machine } from '@xmachines/core'
import type { RunStore } from '@xmachines/core/store'
import { useOutputs, useSend, useSnapshot } from '@xmachines/react'
import { usePersistentRun } from '@xmachines/react/persistent'
import { Suspense } from 'react'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { lastingStore } from './lasting-leases.ts'
import { modes } from './modes.tsx'
import { Opening } from './opening.tsx'
import { refreshPage, registerComponent } from './refresh.ts'

type Added = { type: 'ADD' }
type Adder = Machine<number, Added, { type: 'added' }>

const adding = (by: number, { version = '1', most = Number.POSITIVE_INFINITY } = {}): Adder =>
  defineMachine<number, Added, { type: 'added' }>({
    name: 'adder',
    version,
    initial: 0,
    on: {
      ADD: (total, _event, emit) => {
        if (total + by > most) throw new Error(`not above ${most}`)
        emit({ type: 'added' })
        return total + by
      },
    },
  })

let warn: MockInstance
let info: MockInstance

beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  info = vi.spyOn(console, 'info').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(modes)('an edited machine %s', (_mode, Mode) => {
  const added = vi.fn()
  beforeEach(() => added.mockClear())

  function panelOf(machine: Adder, store: RunStore) {
    function Panel() {
      const run = usePersistentRun(machine, { store, key: 'total', ...(machine.version === '2' && { migrate: {} }) })
      const send = useSend(run)
      useOutputs(run, { added })
      return (
        <button type="button" data-run={run.id} onClick={() => send({ type: 'ADD' })}>
          {useSnapshot(run, ({ state }) => state)}
        </button>
      )
    }
    registerComponent(Panel, 'persistent panel')
    return Panel
  }

  async function mount() {
    const store = lastingStore()
    const Panel = panelOf(adding(1), store)
    render(
      <Suspense fallback={<Opening />}>
        <Panel />
      </Suspense>,
      { wrapper: Mode },
    )
    const press = async () => {
      const button = await screen.findByRole('button')
      await act(async () => button.click())
    }
    await press()
    await press()
    await vi.waitFor(() => expect(added).toHaveBeenCalledTimes(2))
    const edit = (edited: Adder) => {
      panelOf(edited, store)
      return act(async () => refreshPage())
    }
    return { store, press, edit, id: screen.getByRole('button').dataset['run'] as string }
  }

  test('derives the state of the same run again, and no output fires twice', async () => {
    const { press, edit, id } = await mount()
    await edit(adding(10))
    expect((await screen.findByText('20')).dataset['run']).toBe(id)
    await press()
    await screen.findByText('30')
    await vi.waitFor(() => expect(added).toHaveBeenCalledTimes(3))
    expect(warn).not.toHaveBeenCalled()
  })

  test('keeps the run as it is if it no longer replays, says so, and goes on when that is corrected', async () => {
    const { store, press, edit, id } = await mount()
    await edit(adding(10, { most: 15 }))
    await vi.waitFor(() => expect(warn.mock.calls.at(-1)?.[0]).toMatch(/Until the page is reloaded, it keeps the run/))
    await press()
    expect((await screen.findByText('3')).dataset['run']).toBe(id)
    await edit(adding(10))
    await screen.findByText('30')
    expect(await store.name('total')).toBe(id)
  })

  test('of another version takes the run over by migrate', async () => {
    const { store, press, edit, id } = await mount()
    await edit(adding(10, { version: '2' }))
    const { dataset } = await screen.findByText('20')
    expect(dataset['run']).not.toBe(id)
    await vi.waitFor(async () => expect(await store.name('total')).toBe(dataset['run']))
    expect(info.mock.calls[0]?.[0]).toContain('migrate took it over to adder@2')
    await press()
    await screen.findByText('30')
    await vi.waitFor(() => expect(added).toHaveBeenCalledTimes(3))
  })
})
