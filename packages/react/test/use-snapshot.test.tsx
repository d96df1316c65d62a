import { act, render } from '@testing-library/react'
import { createRun, type Snapshot } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { memo, useEffect, useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { cells, counter, twice } from './machines.ts'
import { Boundary, expectQuietConsole, modes, muteErrors, thrownBy } from './modes.tsx'

describe.each(modes)('useSnapshot %s', (_mode, Mode) => {
  expectQuietConsole()

  test('without a selector it returns the whole snapshot', () => {
    const run = createRun(counter)
    const seen: unknown[] = []
    const Panel = () => {
      seen.push(useSnapshot(run))
      return null
    }
    render(<Panel />, { wrapper: Mode })
    expect(seen.at(-1)).toBe(run.snapshot.current)
    act(() => void run.in.send({ type: 'INC' }))
    expect(seen.at(-1)).toBe(run.snapshot.current)
    expect(seen.at(-1)).toEqual({ state: { count: 1 }, status: 'active', sequence: 1 })
  })

  test('of 1,000 mounted selectors, only the one whose selection changed renders again, once', () => {
    const run = createRun(cells)
    const rendered: number[] = []
    const Cell = memo(({ index }: { index: number }) => {
      const count = useSnapshot(run, ({ state }) => state[index])
      rendered.push(index)
      return <i>{count}</i>
    })
    const { container } = render(
      Array.from({ length: 1000 }, (_, index) => <Cell key={index} index={index} />),
      { wrapper: Mode },
    )
    const once = rendered.length / 1000
    rendered.length = 0
    act(() => void run.in.send({ type: 'CELL', index: 567 }))
    // StrictMode renders each render twice.
    expect(rendered).toEqual(Array.from({ length: once }, () => 567))
    expect(container.querySelectorAll('i')[567]?.textContent).toBe('1')
    expect(container.textContent).toHaveLength(1000)
  })

  test('a component does not render again while its selection is the same', () => {
    const run = createRun(counter)
    let rendered = 0
    const Panel = () => {
      rendered++
      return <p>{useSnapshot(run, ({ state }) => (state.count < 2 ? 'few' : 'many'))}</p>
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    const before = rendered
    act(() => void run.in.send({ type: 'INC' }))
    expect(rendered).toBe(before)
    act(() => void run.in.send({ type: 'INC' }))
    expect(container.textContent).toBe('many')
  })

  test('isEqual decides which selections are equal, and the component then keeps the earlier one', () => {
    const run = createRun(counter)
    const seen = new Set<unknown>()
    const half = ({ state }: Snapshot<{ count: number }>) => ({ half: Math.floor(state.count / 2) })
    const Panel = () => {
      const selection = useSnapshot(run, half, (one, other) => one.half === other.half)
      useEffect(() => {
        seen.add(selection)
      })
      return <p>{selection.half}</p>
    }
    const { container, rerender } = render(<Panel />, { wrapper: Mode })
    act(() => void run.in.send({ type: 'INC' }))
    rerender(<Panel />)
    const before = seen.size
    act(() => void run.in.send({ type: 'INC' }))
    expect(before).toBe(1)
    expect(seen.size).toBe(2)
    expect(container.textContent).toBe('1')
  })

  test('an inline selector may return a new object each time, and may change', () => {
    const run = createRun(counter)
    const Panel = ({ by }: { by: number }) => {
      const { product } = useSnapshot(run, ({ state }) => ({ product: state.count * by }))
      return <p>{product}</p>
    }
    const { container, rerender } = render(<Panel by={2} />, { wrapper: Mode })
    act(() => void run.in.send({ type: 'INC' }))
    expect(container.textContent).toBe('2')
    rerender(<Panel by={5} />)
    expect(container.textContent).toBe('5')
  })

  test('a component that receives another run shows it, and no longer renders for the first one', () => {
    const [one, other] = [createRun(counter), createRun(counter)]
    other.in.send([{ type: 'INC' }, { type: 'INC' }])
    let rendered = 0
    const Panel = ({ of }: { of: typeof one }) => {
      rendered++
      return <p>{useSnapshot(of, ({ state }) => state.count)}</p>
    }
    const { container, rerender } = render(<Panel of={one} />, { wrapper: Mode })
    rerender(<Panel of={other} />)
    expect(container.textContent).toBe('2')
    const before = rendered
    act(() => void one.in.send({ type: 'INC' }))
    expect(rendered).toBe(before)
    act(() => void other.in.send({ type: 'INC' }))
    expect(container.textContent).toBe('3')
  })

  test('completion is shown, and nothing is thrown', () => {
    const run = createRun(twice)
    const Panel = () => <p>{useSnapshot(run, ({ state, status }) => `${state.at} ${status}`)}</p>
    const { container } = render(<Panel />, { wrapper: Mode })
    act(() => void run.in.send([{ type: 'INC' }, { type: 'INC' }]))
    expect(container.textContent).toBe('twice done')
  })

  test('a run that was done before the component mounted is shown', () => {
    const run = createRun(twice)
    run.in.send([{ type: 'INC' }, { type: 'INC' }])
    const Panel = () => <p>{useSnapshot(run, ({ status }) => status)}</p>
    expect(render(<Panel />, { wrapper: Mode }).container.textContent).toBe('done')
  })

  test('the snapshot port of a run shows the same, and shows a fatal error as a snapshot', () => {
    const run = createRun(counter)
    const Panel = () => {
      const snapshot = useSnapshot(run.snapshot)
      return <p>{snapshot.status === 'error' ? snapshot.error.code : snapshot.state.count}</p>
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    act(() => void run.in.send({ type: 'INC' }))
    expect(container.textContent).toBe('1')
    act(() => void run.in.send({ type: 'BREAK' }))
    expect(container.textContent).toBe('REFUSED')
  })
})

describe.each(modes)('a fatal error %s', (_mode, Mode) => {
  /** Mounts a component whose selection never changes, in a boundary. */
  function mounted(run = createRun(counter)) {
    const unmute = muteErrors()
    const onError = vi.fn()
    const Panel = () => <p>{useSnapshot(run, () => 'fine')}</p>
    const Other = () => <p>{useState('other')[0]}</p>
    const { container } = render(
      <>
        <Boundary onError={onError}>
          <Panel />
        </Boundary>
        <Other />
      </>,
      { wrapper: Mode },
    )
    return { run, container, onError, unmute }
  }

  test('throws run.error to the nearest boundary, whatever is selected', () => {
    const { run, container, onError, unmute } = mounted()
    expect(container.textContent).toBe('fineother')
    act(() => void run.in.send({ type: 'BREAK' }))
    expect(run.error?.fatal).toBe(true)
    expect(onError.mock.calls.map(([error]) => error)).toEqual([run.error])
    expect(container.textContent).toBe(`${run.error?.message}other`)
    unmute()
  })

  test('that came before the component mounted is thrown too', () => {
    const run = createRun(counter)
    run.in.send({ type: 'BREAK' })
    const { onError, unmute } = mounted(run)
    expect(onError.mock.lastCall?.[0]).toBe(run.error)
    unmute()
  })
})

test.each([
  ['a selector function, not null', null, undefined],
  ['a selector function, not count', 'count', undefined],
  ['an isEqual function, not true', () => 1, true],
])('useSnapshot takes %s', (message, selector, isEqual) => {
  const run = createRun(counter)
  const thrown = thrownBy(() => {
    useSnapshot(run, selector as never, isEqual as never)
    return null
  })
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).toMatchObject({ message: `useSnapshot takes ${message}` })
})

test.each([
  ['undefined', undefined],
  ['null', null],
  ['7', 7],
  ['[object Object]', {}],
])('useSnapshot refuses %s, which is not a source of snapshots', (given, source) => {
  const thrown = thrownBy(() => {
    useSnapshot(source as never)
    return null
  })
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).toMatchObject({
    message: `useSnapshot takes a run, its snapshot port or a stream of snapshots, not ${given}`,
  })
})
