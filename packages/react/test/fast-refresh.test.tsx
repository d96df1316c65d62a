// An edit of a machine while its component is mounted. Fast Refresh then renders it with a new definition of that name.

import { act, render } from '@testing-library/react'
import { defineMachine, type Machine, refuse } from '@xmachines/core'
import { createRunContext, useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { modes, muteErrors } from './modes.tsx'

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

  function Panel({ machine }: { machine: Adder }) {
    const run = useRun(machine)
    const send = useSend(run)
    useOutputs(run, { added: ({ total }) => void outputs.push(total) }, { from: 'start' })
    return (
      <button type="button" data-run={run.id} data-head={run.head} onClick={() => send({ type: 'ADD' })}>
        {useSnapshot(run, ({ state }) => state)}
      </button>
    )
  }

  async function mount(machine: Adder) {
    const { container, rerender } = render(<Panel machine={machine} />, { wrapper: Mode })
    const button = () => container.querySelector('button') as HTMLButtonElement
    const press = () => act(async () => button().click())
    await press()
    await press()
    return { button, press, edit: (edited: Adder) => act(async () => rerender(<Panel machine={edited} />)) }
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
    let time = Date.now()
    vi.spyOn(Date, 'now').mockImplementation(() => time)
    for (let by = 2; by < 20; by++) {
      time += 500
      await edit(adding(by))
      expect(button().textContent).toBe(String(2 * by))
    }
    expect(warn).not.toHaveBeenCalled()
  })

  test('with another name is ignored: the component keeps its run', async () => {
    const { button, edit } = await mount(adding(1))
    await edit(defineMachine<number, Added, AddedOutput>({ name: 'other', version: '1', initial: 100, on: {} }))
    expect(button().textContent).toBe('2')
  })

  test('keeps its context: components below its Provider keep their own state', async () => {
    const seen = new Set<object>()
    const Show = ({
      context,
    }: {
      context: ReturnType<typeof createRunContext<number, Added, AddedOutput, undefined>>
    }) => {
      const send = context.useSend()
      return (
        <button type="button" onClick={() => send({ type: 'ADD' })}>
          {context.useSnapshot(({ state }) => state)}
        </button>
      )
    }
    const tree = (machine: Adder) => {
      const context = createRunContext(machine)
      seen.add(context)
      return (
        <context.Provider>
          <Show context={context} />
        </context.Provider>
      )
    }
    const version = Mode.toString().slice(0, 8).replaceAll(/\W/g, '') || '2'
    const { container, rerender } = render(tree(adding(1, { version })), { wrapper: Mode })
    const button = container.querySelector('button')
    act(() => button?.click())
    rerender(tree(adding(10, { version })))
    expect(container.querySelector('button')).toBe(button)
    expect(button?.textContent).toBe('10')
    expect(seen.size).toBe(1)
  })
})

test('a machine that is defined in the component causes a warning, and the run is kept from then on', () => {
  const Panel = () => {
    const run = useRun(adding(1))
    const send = useSend(run)
    return (
      <button type="button" onClick={() => send({ type: 'ADD' })}>
        {useSnapshot(run, ({ state }) => state)}
      </button>
    )
  }
  const { container } = render(<Panel />)
  for (let time = 0; time < 10; time++) act(() => container.querySelector('button')?.click())
  expect(container.textContent).toBe('10')
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn.mock.lastCall?.[0]).toBe(
    'useRun received another definition of adder@1 in every render. Define it outside the component.',
  )
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
  const Panel = ({ machine }: { machine: Adder }) => <p>{useRun(machine).head}</p>
  const unmute = muteErrors()
  const { rerender } = render(<Panel machine={adding(1)} />)
  expect(() => rerender(<Panel machine={broken} />)).toThrow('no initial state')
  unmute()
})
