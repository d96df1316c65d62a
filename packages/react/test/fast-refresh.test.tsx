// An edit of a machine while its component is mounted. Fast Refresh then renders it with a new definition of that name.

import './refresh.ts'

import { act, render } from '@testing-library/react'
import { defineMachine, type Machine, refuse } from '@xmachines/core'
import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { Boundary, caught, modes, muteErrors } from './modes.tsx'
import { refreshPage, registerComponent } from './refresh.ts'

type Added = { type: 'ADD' }
type AddedOutput = { type: 'added'; total: number }
type Adder = Machine<number, Added, AddedOutput>

const adding = (by: number, { initial = 0, most = Number.POSITIVE_INFINITY, version = '1' } = {}): Adder =>
  defineMachine<number, Added, AddedOutput>({
    name: 'adder',
    version,
    initial,
    on: {
      ADD: (total, _event, emit) => {
        if (total + by > most) refuse(`not above ${most}`)
        emit({ type: 'added', total: total + by })
        return total + by
      },
    },
  })

let info: MockInstance
let warn: MockInstance

beforeEach(() => {
  info = vi.spyOn(console, 'info').mockImplementation(() => {})
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(modes)('an edited machine %s', (_mode, Mode) => {
  const outputs: number[] = []
  beforeEach(() => {
    outputs.length = 0
  })

  /** The component of a module that imports this machine. */
  function panelOf(machine: Adder) {
    function Panel() {
      const run = useRun(machine)
      const send = useSend(run)
      useOutputs(run, { added: ({ total }) => void outputs.push(total) }, { from: 'start' })
      return (
        <button type="button" data-run={run.id} data-head={run.head} onClick={() => send({ type: 'ADD' })}>
          {useSnapshot(run, ({ state }) => state)}
        </button>
      )
    }
    registerComponent(Panel, 'panel')
    return Panel
  }

  async function mount(machine: Adder) {
    const Panel = panelOf(machine)
    const { container } = render(<Panel />, { wrapper: Mode })
    const button = () => container.querySelector('button') as HTMLButtonElement
    const press = () => act(async () => button().click())
    await press()
    await press()
    const edit = (edited: Adder) => {
      panelOf(edited)
      return act(async () => refreshPage())
    }
    return { button, press, edit }
  }

  test('that behaves the same keeps id, head and state, and the run continues', async () => {
    const { button, press, edit } = await mount(adding(1))
    const { run, head } = button().dataset
    await edit(adding(1))
    expect(button().dataset).toMatchObject({ run, head })
    expect(button().textContent).toBe('2')
    await press()
    expect(button().textContent).toBe('3')
    expect(info).not.toHaveBeenCalled()
    expect(warn).not.toHaveBeenCalled()
  })

  test('computes the state again by the new rules, and repeats no output', async () => {
    const { button, press, edit } = await mount(adding(1))
    const { run } = button().dataset
    await edit(adding(10))
    expect(button().textContent).toBe('20')
    expect(button().dataset['run']).toBe(run)
    expect(outputs).toEqual([1, 2])
    await press()
    expect(outputs).toEqual([1, 2, 30])
    expect(info).not.toHaveBeenCalled()
  })

  test('with another initial state changes the id, and the console names it', async () => {
    const { button, edit } = await mount(adding(1))
    const { run } = button().dataset
    await edit(adding(1, { initial: 5 }))
    expect(button().textContent).toBe('7')
    expect(button().dataset['run']).not.toBe(run)
    expect(info.mock.lastCall?.[0]).toBe(
      `The edit of adder@1 changed the id of its run from ${run} to ${button().dataset['run']}.`,
    )
  })

  test('on which the history does not replay starts the run over, and the console says why', async () => {
    const { button, press, edit } = await mount(adding(1))
    await edit(adding(1, { most: 1 }))
    expect(button().textContent).toBe('0')
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.lastCall?.[0]).toMatch(
      /^The history of adder@1 does not replay on the edited machine, so its run starts over: .*sequence 2.*not above 1/,
    )
    await press()
    expect(button().textContent).toBe('1')
  })

  test('may be edited any number of times', async () => {
    const { button, edit } = await mount(adding(1))
    for (let by = 2; by < 20; by++) {
      await edit(adding(by))
      expect(button().textContent).toBe(String(2 * by))
    }
    expect(warn).not.toHaveBeenCalled()
  })

  test('with another version is replayed too', async () => {
    const { button, edit } = await mount(adding(1))
    await edit(adding(10, { version: '2' }))
    expect(button().textContent).toBe('20')
    expect(warn).not.toHaveBeenCalled()
  })

  test('with another name is another machine: the component keeps its run, and the console says so', async () => {
    const { button, edit } = await mount(adding(1))
    await edit(defineMachine<number, Added, AddedOutput>({ name: 'other', version: '1', initial: 100, on: {} }))
    expect(button().textContent).toBe('2')
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.lastCall?.[0]).toMatch(/another machine in a later render, other@1, and keeps its run of adder@1/)
  })

  test('whose view is edited too keeps its run, and a later render of it is no edit', async () => {
    const { button, edit } = await mount(adding(1))
    const machine = adding(10)
    await edit(machine)
    await edit(machine)
    expect(button().textContent).toBe('20')
    expect(info).not.toHaveBeenCalled()
  })
})

describe.each(modes)('another machine in a later render %s', (_mode, Mode) => {
  function Panel({ machine }: { machine: Adder }) {
    const run = useRun(machine)
    const send = useSend(run)
    return (
      <button type="button" data-run={run.id} onClick={() => send({ type: 'ADD' })}>
        {useSnapshot(run, ({ state }) => state)}
      </button>
    )
  }

  test.each([
    ['of another version', '2'],
    ['of the same name and version', '1'],
  ])('%s is no edit: the component keeps its run, and the console says so once', async (_which, version) => {
    const { container, rerender } = render(<Panel machine={adding(1)} />, { wrapper: Mode })
    const button = () => container.querySelector('button') as HTMLButtonElement
    act(() => button().click())
    const { run } = button().dataset
    const other = adding(10, { version })
    rerender(<Panel machine={other} />)
    rerender(<Panel machine={other} />)
    act(() => button().click())
    expect(button().textContent).toBe('2')
    expect(button().dataset['run']).toBe(run)
    expect(info).not.toHaveBeenCalled()
    expect(warn.mock.calls).toEqual([
      [
        `useRun received another machine in a later render, adder@${version}, and keeps its run of adder@1. Define the ` +
          'machine outside the component; if another machine is meant, give the component another key for it.',
      ],
    ])
  })

  test('that is defined in the component is ignored too, with one warning', () => {
    const Own = () => <Panel machine={adding(1)} />
    const { container, rerender } = render(<Own />, { wrapper: Mode })
    for (let time = 0; time < 10; time++) {
      act(() => container.querySelector('button')?.click())
      rerender(<Own />)
    }
    expect(container.textContent).toBe('10')
    expect(warn).toHaveBeenCalledTimes(1)
  })
})

test('an edit that breaks the initial state is thrown to the error boundary', () => {
  const broken = defineMachine<number, Added, AddedOutput>({
    name: 'adder',
    version: '1',
    initial: () => {
      throw new Error('no initial state')
    },
    on: {},
  })
  const panelOf = (machine: Adder) => {
    const Panel = () => <p>{useRun(machine).head}</p>
    registerComponent(Panel, 'head')
    return Panel
  }
  const Panel = panelOf(adding(1))
  render(
    <Boundary>
      <Panel />
    </Boundary>,
  )
  const unmute = muteErrors()
  panelOf(broken)
  act(() => refreshPage())
  unmute()
  expect(caught()).toContain('no initial state')
})
