// The ten scenarios with which the React community compares external stores in concurrent rendering, and what to use
// instead of the two that do not hold. Slow components render in slices, events arrive between the slices, and every
// commit is checked. All of it is in one file because docs/concurrent-rendering.md describes this file and is checked
// here.

import { render } from '@testing-library/react'
import { createRun, defineMachine, type Run } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import {
  memo,
  type ReactNode,
  Suspense,
  startTransition,
  useDeferredValue,
  useReducer,
  useState,
  useTransition,
} from 'react'
import { afterEach, beforeEach, describe, expect, type RunnerTask, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import page from '../../../docs/concurrent-rendering.md?raw'
import { PATIENCE } from '../../../scripts/patience.ts'
import { expectQuietConsole, modes } from './modes.tsx'
import { changesOf, isTorn, type Part, slowView, suspendingView, valuesOf, watchTree } from './slow-tree.tsx'

type NumberEvent = { type: 'ADD' } | { type: 'DOUBLE' }
type NumberRun = Run<number, NumberEvent>

const add: NumberEvent = { type: 'ADD' }
const double: NumberEvent = { type: 'DOUBLE' }
const apply = (number: number, { type }: NumberEvent): number => (type === 'ADD' ? number + 1 : number * 2)

/** Its state depends on the order of events: 3 becomes 8 after ADD and DOUBLE, and 6 after DOUBLE alone. */
const numbers = defineMachine<number, NumberEvent>({
  name: 'numbers',
  version: '1',
  initial: 3,
  on: { ADD: apply, DOUBLE: apply },
})

const useNumber = (run: NumberRun): number => useSnapshot(run, ({ state }) => state)
const useDeferredNumber = (run: NumberRun): number => useDeferredValue(useNumber(run))

/** How events get into a run. */
const ways: readonly (readonly [string, (run: NumberRun) => (event: NumberEvent) => void])[] = [
  ['events that are sent', (run) => (event) => void run.in.send(event)],
  [
    'events that are written',
    (run) => {
      const writer = run.in.getWriter()
      return (event) => void writer.write(event)
    },
  ],
]

/** The slow components: two columns of six, enough for many slices. */
const COLUMN = 6
const all = indexes(2)

/** The state of the run, React’s own state, and the slow components, as a commit shows them. */
const numberOf: Part = ({ outputs }) => outputs['number']
const ownOf: Part = ({ outputs }) => outputs['own']
const viewOf: Part = ({ shown }) => shown.join(' ')

/** Waits long enough for a busy machine. */
const waitFor = (expectation: () => void): Promise<void> => vi.waitFor(expectation, { timeout: PATIENCE, interval: 5 })

beforeEach(() => {
  // So that React renders in slices, as it does on a page.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe.each(modes)('%s', (_mode, Mode) => {
  expectQuietConsole()

  describe.each(ways)('%s', (_way, open) => {
    function setup() {
      const run = createRun(numbers)
      const tree = watchTree()
      const show = (children: ReactNode) => render(<tree.Watch>{children}</tree.Watch>, { wrapper: Mode })
      return { run, push: open(run), tree, show }
    }

    describe.each([
      ['useTransition', useNumber],
      ['useDeferredValue', useDeferredNumber],
    ] as const)('with %s', (feature, useShown) => {
      const isDeferred = feature === 'useDeferredValue'

      /**
       * Renders all slow components again, twice; or mounts the first column while nobody listens to the run, and then
       * the second before it. Events arrive between the slices: from a transition, a click and a task, and then in the
       * opposite order.
       */
      async function drive(what: 'an update' | 'a mount', end: (shown: readonly string[], last: string) => void) {
        const { run, push, tree, show } = setup()
        const Slow = memo(({ index }: { index: number; step: number }) => {
          const number = useShown(run)
          tree.burn(index)
          return <p>{number}</p>
        })
        /** Also renders if only the click is new. */
        const Restless = () => <p>{useShown(run)}</p>
        const App = () => {
          const [step, setStep] = useState(0)
          const deferredStep = useDeferredValue(step)
          const shownStep = isDeferred ? deferredStep : step
          const columns = what === 'an update' ? 2 : shownStep
          const [, setClicks] = useState(0)
          const [, startTransition] = useTransition()
          const next = () => {
            setStep(step + 1)
            push(add)
          }
          const click = () => {
            setClicks((clicks) => clicks + 1)
            push(add)
          }
          return (
            <>
              <button type="button" onClick={isDeferred ? next : () => startTransition(next)}>
                next
              </button>
              <button type="button" onClick={click}>
                click
              </button>
              <output name="step">{shownStep}</output>
              {indexes(columns).map((index) => (
                <Slow key={columns * COLUMN - index} index={index} step={shownStep} />
              ))}
              {columns > 0 && <Restless />}
            </>
          )
        }
        show(<App />)
        const interruptions = [() => push(add), () => tree.press('click'), () => startTransition(() => push(add))]
        for (const step of ['1', '2']) {
          interruptions.reverse()
          const came = tree.between(interruptions.length, (time) => interruptions[time]?.())
          tree.press('next')
          await waitFor(() => expect(tree.commits.at(-1)?.outputs['step']).toBe(step))
          // Without events between slices, nothing could have torn.
          expect(came()).toBeGreaterThan(0)
          const last = String(run.snapshot.current.state)
          await waitFor(() => end(tree.commits.at(-1)?.shown ?? [], last))
        }
        return tree.commits
      }

      test.each(['an update', 'a mount'] as const)('every component shows the last state after %s', async (what) => {
        await drive(what, (shown, last) => expect(new Set(shown)).toEqual(new Set([last])))
      })

      test.each(['an update', 'a mount'] as const)('no commit of %s shows two states', async (what) => {
        const commits = await drive(what, (shown, last) => expect(shown).toContain(last))
        expect(commits.filter(isTorn)).toEqual([])
      })
    })

    describe('with useTransition', () => {
      test('an update of a run is rendered in one piece, and an update of React’s own state in slices', async () => {
        const { run, push, tree, show } = setup()
        const Slow = memo(({ index }: { index: number; own: number }) => {
          const number = useNumber(run)
          tree.burn(index)
          return <p>{number}</p>
        })
        const App = () => {
          const [own, dispatch] = useReducer(apply, 3)
          const [, startTransition] = useTransition()
          const next = () => {
            dispatch(add)
            push(add)
          }
          return (
            <>
              <button type="button" onClick={() => startTransition(next)}>
                next
              </button>
              <output name="own">{own}</output>
              {all.map((index) => (
                <Slow key={index} index={index} own={own} />
              ))}
            </>
          )
        }
        show(<App />)
        tree.press('next')
        await waitFor(() => {
          expect(tree.commits.at(-1)).toMatchObject({ shown: all.map(() => '4'), outputs: { own: '4' } })
        })
        expect(tree.commits.filter(isTorn)).toEqual([])
        expect(changesOf(tree.commits, viewOf).map(({ slices }) => slices)).toEqual([1])
        expect(changesOf(tree.commits, ownOf).map(({ slices }) => slices > 1)).toEqual([true])
      })

      test('a state without the earlier events is never shown, although React shows such a state of its own', async () => {
        const { run, push, tree, show } = setup()
        const Slow = memo(({ index, own }: { index: number; own: number }) => {
          tree.burn(index)
          return <p>{own}</p>
        })
        const App = () => {
          const number = useNumber(run)
          const [own, dispatch] = useReducer(apply, 3)
          const [, startTransition] = useTransition()
          const both = (event: NumberEvent) => {
            dispatch(event)
            push(event)
          }
          return (
            <>
              <button type="button" onClick={() => startTransition(() => both(add))}>
                add
              </button>
              <button type="button" onClick={() => both(double)}>
                double
              </button>
              <output name="number">{number}</output>
              <output name="own">{own}</output>
              {all.map((index) => (
                <Slow key={index} index={index} own={own} />
              ))}
            </>
          )
        }
        show(<App />)
        tree.between(1, () => tree.press('double'))
        tree.press('add')
        await waitFor(() => expect(tree.commits.at(-1)?.outputs).toEqual({ number: '8', own: '8' }))
        expect(valuesOf(tree.commits, ownOf)).toEqual(['3', '6', '8'])
        const shown = valuesOf(tree.commits, numberOf)
        // Written events are shown once a frame, so 4 may be skipped.
        expect(shown).toEqual(['3', '4', '8'].filter((number) => number !== '4' || shown.includes('4')))
      })
    })

    describe('with a deferred selection', () => {
      test('the old view stays while a new one is rendered in slices, and clicks between the slices are handled', async () => {
        const { run, push, tree, show } = setup()
        const View = slowView(tree, all.length)
        const App = () => {
          const number = useNumber(run)
          const deferred = useDeferredValue(number)
          const [clicks, setClicks] = useState(0)
          return (
            <>
              <button type="button" onClick={() => setClicks(clicks + 1)}>
                click
              </button>
              <output name="number">{number}</output>
              <output name="clicks">{clicks}</output>
              <View number={deferred} />
            </>
          )
        }
        show(<App />)
        tree.between(2, (time) => (time === 0 ? tree.press('click') : push(double)))
        push(add)
        await waitFor(() => {
          expect(tree.commits.at(-1)).toMatchObject({ shown: all.map(() => '8'), outputs: { number: '8' } })
        })
        expect(tree.commits).toContainEqual(
          expect.objectContaining({ shown: all.map(() => '3'), outputs: { number: '4', clicks: '1' } }),
        )
        expect(tree.commits.filter(isTorn)).toEqual([])
        for (const { slices } of changesOf(tree.commits, viewOf)) expect(slices).toBeGreaterThan(1)
      })

      test('components that receive it as a prop agree, even one that a transition mounts in the meantime', async () => {
        const { run, push, tree, show } = setup()
        const View = slowView(tree, all.length)
        const More = ({ number }: { number: number }) => {
          const [isMore, setMore] = useState(false)
          return (
            <>
              <button type="button" onClick={() => startTransition(() => setMore(true))}>
                more
              </button>
              {isMore && <p>{number}</p>}
            </>
          )
        }
        const App = () => {
          const deferred = useDeferredValue(useNumber(run))
          return (
            <>
              <View number={deferred} />
              <More number={deferred} />
            </>
          )
        }
        show(<App />)
        const came = tree.between(1, () => tree.press('more'))
        push(add)
        await waitFor(() => expect(tree.commits.at(-1)?.shown).toEqual(['4', ...all.map(() => '4')]))
        expect(came()).toBe(1)
        expect(tree.commits.filter(isTorn)).toEqual([])
      })

      test('the old view stays while a new one suspends, and keys are handled', async () => {
        const { run, push, tree, show } = setup()
        const { View, arrive } = suspendingView(3)
        const App = () => {
          const number = useNumber(run)
          const deferred = useDeferredValue(number)
          const [text, setText] = useState('')
          return (
            <>
              <input aria-label="text" value={text} onChange={({ target }) => setText(target.value)} />
              <output name="number">{number}</output>
              <output name="text">{text}</output>
              <Suspense fallback={<p>loading</p>}>
                <View number={deferred} />
              </Suspense>
            </>
          )
        }
        const { container } = show(<App />)
        push(add)
        await waitFor(() => expect(tree.commits.at(-1)?.outputs['number']).toBe('4'))
        await userEvent.click(container.querySelector('input') as HTMLInputElement)
        await userEvent.keyboard('abc')
        await waitFor(() => expect(tree.commits.at(-1)?.outputs['text']).toBe('abc'))
        expect(tree.commits.at(-1)?.shown).toEqual(['3'])
        arrive(4)
        await waitFor(() => expect(tree.commits.at(-1)?.shown).toEqual(['4']))
        expect(valuesOf(tree.commits, viewOf)).toEqual(['3', '4'])
      })
    })

    describe('without deferring the selection', () => {
      test('a view that suspends is replaced by the fallback, even in a transition', async () => {
        const { run, push, tree, show } = setup()
        const { View, arrive } = suspendingView(3)
        const App = () => (
          <Suspense fallback={<p>loading</p>}>
            <View number={useNumber(run)} />
          </Suspense>
        )
        show(<App />)
        startTransition(() => push(add))
        await waitFor(() => expect(tree.commits.at(-1)?.shown).toContain('loading'))
        arrive(4)
        await waitFor(() => expect(tree.commits.at(-1)?.shown).toEqual(['4']))
      })
    })
  })
})

test('docs/concurrent-rendering.md names these tests, and says which two of the ten scenarios do not hold', ({
  task,
}) => {
  const rows = page.split('\n').filter((line) => line.startsWith('| '))
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()))
  const named = cells.flatMap((row) => row.at(-2) ?? []).filter((cell) => cell.startsWith('with'))
  const groups = task.file.tasks.filter(({ type }) => type === 'suite')
  expect(named.toSorted()).toEqual([...new Set(groups.flatMap(titlesOf))].toSorted())
  const held = cells.map(([, , holds]) => holds).filter((holds) => holds === 'yes' || holds === 'no')
  expect(held).toEqual(['yes', 'yes', 'yes', 'yes', 'no', 'no', 'yes', 'yes', 'yes', 'yes'])
})

function titlesOf(task: RunnerTask): string[] {
  if (task.type === 'suite') return task.tasks.flatMap(titlesOf)
  return [task.suite === undefined ? task.name : `${task.suite.name}: ${task.name}`]
}

function indexes(columns: number): number[] {
  return Array.from({ length: columns * COLUMN }, (_, index) => index)
}
