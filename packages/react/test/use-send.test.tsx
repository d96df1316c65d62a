import { act, fireEvent, render, screen } from '@testing-library/react'
import { createRun, defineMachine, type RunError } from '@xmachines/core'
import { type Send, useRun, useSend, useSnapshot } from '@xmachines/react'
import { useEffect } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { type CounterEvent, counter, twice } from './machines.ts'
import { expectQuietConsole, modes, thrownBy } from './modes.tsx'

describe.each(modes)('useSend %s', (_mode, Mode) => {
  expectQuietConsole()

  /** Mounts a component that sends, and returns its `send` function. */
  function mounted(run = createRun(counter)) {
    const functions = new Set<Send<CounterEvent>>()
    const Panel = ({ of = run }) => {
      const send = useSend(of)
      useEffect(() => {
        functions.add(send)
      })
      return <p>{useSnapshot(of, ({ state }) => state.count)}</p>
    }
    const view = render(<Panel />, { wrapper: Mode })
    const send: Send<CounterEvent> = (batch) => {
      let refusal: RunError | undefined
      act(() => {
        refusal = [...functions].at(-1)?.(batch)
      })
      return refusal
    }
    return { run, functions, send, Panel, ...view }
  }

  test('sends an event, whose result is shown', () => {
    const { send, container, run } = mounted()
    expect(send({ type: 'INC' })).toBeUndefined()
    expect(container.textContent).toBe('1')
    expect(run.snapshot.current.sequence).toBe(1)
  })

  test('sends several events as one batch', () => {
    const { send, container, run } = mounted()
    send([{ type: 'INC' }, { type: 'INC' }])
    expect(container.textContent).toBe('2')
    expect(run.snapshot.current.sequence).toBe(1)
  })

  test('returns the refusal, and nothing is applied', () => {
    const { send, container, run } = mounted()
    const refusal = send([{ type: 'INC' }, { type: 'REFUSED' }])
    expect(refusal).toMatchObject({ code: 'REFUSED', index: 1 })
    expect(container.textContent).toBe('0')
    expect(run.snapshot.current.sequence).toBe(0)
  })

  test('returns RUN_DONE once the machine has completed', () => {
    const run = createRun(twice)
    const refusals: unknown[] = []
    const Panel = () => {
      const send = useSend(run)
      return (
        <button type="button" onClick={() => refusals.push(send({ type: 'INC' })?.code)}>
          {useSnapshot(run, ({ status }) => status)}
        </button>
      )
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    for (let click = 0; click < 3; click++) act(() => container.querySelector('button')?.click())
    expect(refusals).toEqual([undefined, undefined, 'RUN_DONE'])
    expect(container.textContent).toBe('done')
  })

  test('is the same function for the same run, and another for another run', () => {
    const { functions, send, rerender, Panel } = mounted()
    rerender(<Panel />)
    send({ type: 'INC' })
    expect(functions.size).toBe(1)
    rerender(<Panel of={createRun(counter)} />)
    expect(functions.size).toBe(2)
  })

  test('the second and third send of one handler each see the result of the previous one', () => {
    const run = createRun(counter)
    const seen: number[] = []
    const Panel = () => {
      const send = useSend(run)
      const press = () => {
        for (let time = 0; time < 3; time++) {
          send({ type: 'INC' })
          seen.push(run.snapshot.current.state.count)
        }
      }
      return (
        <button type="button" onClick={press}>
          {useSnapshot(run, ({ state }) => state.count)}
        </button>
      )
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    act(() => container.querySelector('button')?.click())
    expect(seen).toEqual([1, 2, 3])
    expect(container.textContent).toBe('3')
  })

  test('rendering creates no stream', () => {
    const run = createRun(counter)
    const read = vi.spyOn(run, 'in', 'get')
    const Panel = () => {
      useSend(run)
      return null
    }
    render(<Panel />, { wrapper: Mode })
    expect(read).not.toHaveBeenCalled()
  })
})

test.each([
  ['undefined', undefined],
  ['null', null],
  ['door', 'door'],
  ['[object Object]', {}],
  ['[object Object]', Object.create(null)],
])('useSend refuses %s, which is not a run', (given, run) => {
  const thrown = thrownBy(() => {
    useSend(run as never)
    return null
  })
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).toMatchObject({ message: `useSend takes a run, not ${given}` })
})

test('what a component sends and a handler cannot take is printed in development, though nobody looks at the result', () => {
  const printed = vi.spyOn(console, 'error').mockReturnValue()
  const cart = defineMachine<{ items: readonly string[] }, { type: 'ADD'; item?: { name: string }; when?: unknown }>({
    name: 'cart',
    version: '1',
    initial: { items: [] },
    on: { ADD: ({ items }, { item }) => ({ items: [...items, (item as { name: string }).name] }) },
  })
  const Panel = () => {
    const send = useSend(useRun(cart))
    return (
      <>
        <button type="button" onClick={() => send({ type: 'ADD' })}>
          a bug
        </button>
        <button type="button" onClick={() => send({ type: 'ADD', when: new Date(0) })}>
          a date
        </button>
      </>
    )
  }
  render(<Panel />)
  fireEvent.click(screen.getByText('a bug'))
  expect(printed.mock.calls).toEqual([[expect.stringContaining('event 0 (ADD)'), expect.any(TypeError)]])
  fireEvent.click(screen.getByText('a date'))
  expect(String(printed.mock.calls[1]?.[0])).toContain('event.when is a Date')
  printed.mockRestore()
})
