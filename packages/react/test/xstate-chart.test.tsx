// A chart of XState in components: its timers and children run once, and again after the page was left.

import { fireEvent, render, screen } from '@testing-library/react'
import type { RunOf } from '@xmachines/core'
import type { RunStore } from '@xmachines/core/store'
import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'
import { usePersistentRun } from '@xmachines/react/persistent'
import { type ChartState, fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import { type ReactNode, Suspense, useEffect } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { assign, fromPromise, setup } from 'xstate'
import { lastingStore } from './lasting-leases.ts'
import { expectQuietConsole, modes } from './modes.tsx'
import { Opening } from './opening.tsx'

const chart = setup({
  types: { context: {} as { degrees: number }, events: {} as { type: 'START' } },
  actors: { boil: fromPromise<number>(() => new Promise(() => undefined)) },
}).createMachine({
  id: 'kettle',
  version: '1',
  context: { degrees: 20 },
  initial: 'off',
  states: {
    off: { on: { START: 'filling' } },
    filling: { after: { 10: 'boiling' } },
    boiling: {
      tags: 'hot',
      invoke: {
        src: 'boil',
        onDone: { target: 'ready', actions: assign({ degrees: ({ event }) => event.output }) },
      },
    },
    ready: { type: 'final' },
  },
})

const kettle = fromXState(chart)

/** The chart, with a child that answers so. */
const boiling = (boil: () => Promise<number>) => chart.provide({ actors: { boil: fromPromise<number>(boil) } })

function Shown({ state, onStart }: { state: ChartState<typeof chart>; onStart: () => void }): ReactNode {
  const { value, context } = state
  const isHot = viewOf(chart, state).hasTag('hot')
  return (
    <button type="button" onClick={onStart}>
      {value}, {context.degrees}
      {isHot && ', hot'}
    </button>
  )
}

const texts = (): (string | null)[] => screen.getAllByRole('button').map(({ textContent }) => textContent)
const shows = (text: string) => vi.waitFor(() => expect(screen.getByRole('button').textContent).toBe(text))

function KeptKettle({ store, boil }: { store: RunStore; boil: () => Promise<number> }): ReactNode {
  const run = usePersistentRun(kettle, { store, key: 'kettle' })
  useOutputs(run, xstateEffects(run, boiling(boil)))
  const send = useSend(run)
  return <Shown state={useSnapshot(run, ({ state }) => state)} onStart={() => send({ type: 'START' })} />
}

/** Opens the kettle of a store in a page. */
const open = (store: RunStore, boil: () => Promise<number>, wrapper: (typeof modes)[number][1]) =>
  render(
    <Suspense fallback={<Opening />}>
      <KeptKettle store={store} boil={boil} />
    </Suspense>,
    { wrapper },
  )

describe.each(modes)('%s', (_mode, Mode) => {
  expectQuietConsole()

  test('a chart runs in a component, and each timer and each child of it once', async () => {
    const boil = vi.fn(() => Promise.resolve(100))
    const provided = boiling(boil)
    const runs = new Set<RunOf<typeof kettle>>()
    function Kettle(): ReactNode {
      const run = useRun(kettle)
      useEffect(() => void runs.add(run), [run])
      useOutputs(run, xstateEffects(run, provided))
      const send = useSend(run)
      const state = useSnapshot(run, (snapshot) => snapshot.state)
      return <Shown state={state} onStart={() => send({ type: 'START' })} />
    }
    render(<Kettle />, { wrapper: Mode })
    await shows('off, 20')
    fireEvent.click(screen.getByRole('button'))
    await shows('ready, 100')
    const [records] = Array.from(runs, (run) => run.toJSON().records)
    const types = records?.flatMap((record) => ('events' in record ? record.events.map(({ type }) => type) : []))
    expect(types).toEqual(['START', 'xstate.after.10.kettle.filling', 'xstate.done.actor.0.kettle.boiling'])
    expect(boil).toHaveBeenCalledTimes(1)
  })

  test('a child that was under way when the page was left is started again when it is opened', async () => {
    const store = lastingStore()
    const never = vi.fn(() => new Promise<number>(() => undefined))
    const before = open(store, never, Mode)
    await shows('off, 20')
    fireEvent.click(screen.getByRole('button'))
    await shows('boiling, 20, hot')
    await vi.waitFor(() => expect(never).toHaveBeenCalledTimes(1))
    before.unmount()

    const boil = vi.fn(() => Promise.resolve(100))
    open(store, boil, Mode)
    await shows('ready, 100')
    expect(boil).toHaveBeenCalledTimes(1)
    expect(never).toHaveBeenCalledTimes(1)
  })
  test('in two tabs each child runs once, and it is started again in one when the other is left', async () => {
    const store = lastingStore()
    const never = (): Promise<number> => new Promise(() => undefined)
    const boils = [vi.fn(never), vi.fn(never)]
    // A run is open once for each store object, so each of these is a tab of its own.
    const tabs = boils.map((boil) => open({ ...store }, boil, Mode))
    const calls = () => boils.map((boil) => boil.mock.calls.length)
    await vi.waitFor(() => expect(texts()).toEqual(['off, 20', 'off, 20']))
    fireEvent.click(screen.getAllByRole('button')[1] as HTMLElement)
    await vi.waitFor(() => expect(texts()).toEqual(['boiling, 20, hot', 'boiling, 20, hot']))
    const at = await vi.waitFor(() => {
      expect([
        [0, 1],
        [1, 0],
      ]).toContainEqual(calls())
      return calls().indexOf(1)
    })
    tabs[at]?.unmount()
    await vi.waitFor(() => expect(calls()).toEqual([1, 1]))
  })
})
