import { act, render, screen } from '@testing-library/react'
import { createRun, type Run, type RunDocument, RunError } from '@xmachines/core'
import { useRun, useSnapshot } from '@xmachines/react'
import { lazy, Suspense, useEffect } from 'react'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { type CounterEvent, counter, twice } from './machines.ts'
import { expectQuietConsole, modes, thrownBy } from './modes.tsx'

type CounterRun = Run<{ count: number }, CounterEvent, { type: 'counted'; count: number }>

describe.each(modes)('useRun %s', (_mode, Mode) => {
  expectQuietConsole()

  test('a component keeps its run from its first commit on, whatever its later props are', () => {
    const seen = new Set<unknown>()
    const Panel = ({ nonce }: { nonce: number }) => {
      const run = useRun(counter, { nonce: new Uint8Array(16).fill(nonce) })
      useEffect(() => {
        seen.add(run)
      })
      return <p>{run.id}</p>
    }
    const { rerender, container } = render(<Panel nonce={1} />, { wrapper: Mode })
    const id = container.textContent
    rerender(<Panel nonce={2} />)
    rerender(<Panel nonce={3} />)
    expect(seen.size).toBe(1)
    expect(container.textContent).toBe(id)
  })

  test('every component has a run of its own, and so has one that is mounted again', () => {
    const Panel = () => <p>{useRun(counter).id}</p>
    const { container, unmount } = render([<Panel key={1} />, <Panel key={2} />], { wrapper: Mode })
    const ids = () => [...container.querySelectorAll('p')].map(({ textContent }) => textContent)
    const before = ids()
    unmount()
    const again = render(<Panel />, { wrapper: Mode })
    before.push(again.container.textContent)
    expect(new Set(before).size).toBe(3)
  })

  test('options are passed to createRun', () => {
    const options = { createdAt: 1_700_000_000, nonce: new Uint8Array(16) }
    const Panel = () => <p>{useRun(counter, options).id}</p>
    const { container } = render(<Panel />, { wrapper: Mode })
    expect(container.textContent).toBe(createRun(counter, options).id)
  })

  test('a history restores its run, with the same id, head and state', () => {
    const original = createRun(counter)
    original.in.send([{ type: 'INC' }, { type: 'INC' }])
    let restored: CounterRun | undefined
    const Panel = ({ history }: { history?: RunDocument<CounterEvent> }) => {
      const run = useRun(counter, { history })
      restored = run
      return <p>{useSnapshot(run, ({ state }) => state.count)}</p>
    }
    const { container } = render(<Panel history={JSON.parse(JSON.stringify(original))} />, { wrapper: Mode })
    expect(container.textContent).toBe('2')
    expect(restored?.id).toBe(original.id)
    expect(restored?.head).toBe(original.head)
  })

  test('a component that suspends after its first commit keeps its run', async () => {
    const ids = new Set<string>()
    let arrive: (module: { default: () => string }) => void = () => {}
    const Part = lazy(() => new Promise<{ default: () => string }>((resolve) => (arrive = resolve)))
    const Panel = ({ more }: { more: boolean }) => {
      const run = useRun(counter)
      useEffect(() => {
        ids.add(run.id)
      })
      return more ? <Part /> : <p>first</p>
    }
    const tree = (more: boolean) => (
      <Suspense fallback="waiting">
        <Panel more={more} />
      </Suspense>
    )
    const { rerender } = render(tree(false), { wrapper: Mode })
    rerender(tree(true))
    expect(screen.getByText('waiting')).toBeDefined()
    await act(async () => arrive({ default: () => 'arrived' }))
    expect(screen.getByText('arrived')).toBeDefined()
    expect(ids.size).toBe(1)
  })
})

describe.each(modes)('a history %s', (_mode, Mode) => {
  let warn: MockInstance
  beforeEach(() => {
    warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  type Props = { history?: RunDocument<CounterEvent> | null | undefined }
  const Panel = ({ history }: Props) => <p>{useSnapshot(useRun(counter, { history }), ({ state }) => state.count)}</p>

  /** A history of so many events. */
  function historyOf(events: number): RunDocument<CounterEvent> {
    const run = createRun(counter)
    for (let event = 0; event < events; event++) run.in.send({ type: 'INC' })
    return run.toJSON()
  }

  test.each([[null], [undefined]])('of %s is as good as none', (history) => {
    const { container } = render(<Panel history={history} />, { wrapper: Mode })
    expect(container.textContent).toBe('0')
    expect(warn).not.toHaveBeenCalled()
  })

  test.each([[null], [undefined]])('that arrives after %s is too late: the console says so once', (history) => {
    const { container, rerender } = render(<Panel history={history} />, { wrapper: Mode })
    rerender(<Panel history={historyOf(2)} />)
    rerender(<Panel history={historyOf(3)} />)
    expect(container.textContent).toBe('0')
    expect(warn.mock.calls).toEqual([
      [
        'useRun received a history after it had made a run of counter@1, and keeps that run. Render the component when ' +
          'the history has arrived (suspend until then), or give it another key for it.',
      ],
    ])
  })

  test('of another run is too late too', () => {
    const [one, other] = [historyOf(1), historyOf(2)]
    const { container, rerender } = render(<Panel history={one} />, { wrapper: Mode })
    rerender(<Panel history={other} />)
    expect(container.textContent).toBe('1')
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(`history of run ${other.records[0]?.oid} .* keeps run ${one.records[0]?.oid}\\. .* key`)],
    ])
  })

  test('of the same run in every render is no reason to warn, however far it goes', () => {
    const run = createRun(counter)
    const { container, rerender } = render(<Panel history={run.toJSON()} />, { wrapper: Mode })
    run.in.send({ type: 'INC' })
    rerender(<Panel history={run.toJSON()} />)
    rerender(<Panel history={null} />)
    expect(container.textContent).toBe('0')
    expect(warn).not.toHaveBeenCalled()
  })

  test('that a key takes in restores its run', () => {
    const { container, rerender } = render(<Panel key="none" history={null} />, { wrapper: Mode })
    rerender(<Panel key="history" history={historyOf(2)} />)
    expect(container.textContent).toBe('2')
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('useRun refuses', () => {
  test('a history that was tampered with, to the nearest error boundary', () => {
    const original = createRun(counter)
    original.in.send({ type: 'INC' })
    const history = JSON.parse(JSON.stringify(original).replace('"INC"', '"DEC"'))
    const thrown = thrownBy(() => {
      useRun(counter, { history })
      return null
    })
    expect(thrown).toBeInstanceOf(RunError)
    expect(thrown).toMatchObject({ code: 'HISTORY_MISMATCH' })
  })

  test('a history that does not end at the head that the caller trusts', () => {
    const history = createRun(counter).toJSON()
    const thrown = thrownBy(() => {
      useRun(counter, { history, head: '0'.repeat(40) })
      return null
    })
    expect(thrown).toMatchObject({ code: 'HISTORY_MISMATCH' })
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['door', 'door'],
  ])('%s instead of a machine', (given, machine) => {
    const thrown = thrownBy(() => {
      useRun(machine as never)
      return null
    })
    expect(thrown).toBeInstanceOf(TypeError)
    expect(thrown).toMatchObject({ message: `useRun takes a machine that defineMachine made, not ${given}` })
  })

  test('a value that is not a machine', () => {
    const thrown = thrownBy(() => {
      useRun({ ...twice })
      return null
    })
    expect(thrown).toBeInstanceOf(TypeError)
  })
})
