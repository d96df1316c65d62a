// A tree of components that are slow to render. A test can act between the slices of a render, and sees every commit.

import { createRef, type FunctionComponent, memo, Profiler, type ReactNode } from 'react'
import { onTestFinished } from 'vitest'

/** How long one slow component renders, in milliseconds. React lets other tasks run after 5. */
const BURN = 2

/** The longest time that may pass between two looks at the clock, in milliseconds. */
const LONGEST_STEP = 100

/** What the page shows after a commit. */
export interface Commit {
  /** The text of each paragraph. Every component that shows a run has one. */
  readonly shown: readonly string[]
  /** The text of each named output. */
  readonly outputs: Readonly<Record<string, string>>
  /** The number of slices in which the slow components were rendered for this commit; 0 if none was. */
  readonly slices: number
}

/** A tree that is watched until the test ends. */
export interface SlowTree {
  /** Wraps the tree, and records each commit before anything else can happen. */
  readonly Watch: (props: { children: ReactNode }) => ReactNode
  /** Clicks the button with that text. */
  readonly press: (name: string) => void
  /** Called by a slow component while it renders; `index` counts the slow components in the order of rendering. */
  readonly burn: (index: number) => void
  readonly commits: readonly Commit[]
  /**
   * Calls back at most `times` times, each between two slices of a render; returns a function that counts the calls.
   */
  readonly between: (times: number, callback: (time: number) => void) => () => number
}

/** Watches a tree, in tasks that run between those of React. */
export function watchTree(): SlowTree {
  stopClockInStalls()
  const commits: Commit[] = []
  /** Counts our own tasks. */
  let turn = 0
  /** The turns in which slow components were rendered since the last commit; undefined if none was. */
  let pass: Set<number> | undefined
  let latest = 0
  let onSlice = (): void => {}

  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    turn++
    if (pass !== undefined) onSlice()
    port2.postMessage(undefined)
  }
  port2.postMessage(undefined)
  onTestFinished(() => port1.close())

  const place = createRef<HTMLElement>()
  const look = (): void => {
    const { current: main } = place
    commits.push({
      shown: Array.from(main?.querySelectorAll('p') ?? [], ({ textContent }) => textContent ?? ''),
      outputs: Object.fromEntries(
        Array.from(main?.querySelectorAll('output') ?? [], ({ name, textContent }) => [name, textContent ?? '']),
      ),
      slices: pass?.size ?? 0,
    })
    pass = undefined
  }

  return {
    Watch: ({ children }) => (
      <Profiler id="watch" onRender={look}>
        <main ref={place}>{children}</main>
      </Profiler>
    ),
    press(name) {
      const buttons = [...(place.current?.querySelectorAll('button') ?? [])]
      buttons.find(({ textContent }) => textContent === name)?.click()
    },
    burn(index) {
      // A render that starts over discards the earlier slices. StrictMode renders each component twice in a row.
      if (pass === undefined || (index === 0 && (latest !== 0 || !pass.has(turn)))) pass = new Set()
      latest = index
      pass.add(turn)
      const until = performance.now() + BURN
      while (performance.now() < until);
    },
    commits,
    between(times, callback) {
      let time = 0
      onSlice = () => {
        if (time < times) callback(time++)
      }
      return () => time
    },
  }
}

/**
 * Lets the clock that React reads stand still while the machine does, until the test ends: React renders in one piece what has
 * waited for five seconds.
 */
function stopClockInStalls(): void {
  const { now } = performance
  let looked = now.call(performance)
  let time = looked
  performance.now = () => {
    const before = looked
    looked = now.call(performance)
    time += Math.min(looked - before, LONGEST_STEP)
    return time
  }
  onTestFinished(() => {
    performance.now = now
  })
}

/** A view of a number in slow components that receive it as a prop. */
export function slowView({ burn }: SlowTree, size: number): FunctionComponent<{ number: number }> {
  const Slow = ({ index, number }: { index: number; number: number }) => {
    burn(index)
    return <p>{number}</p>
  }
  const indexes = Array.from({ length: size }, (_, index) => index)
  return memo(({ number }) => indexes.map((index) => <Slow key={index} index={index} number={number} />))
}

/** A view of a number that suspends until the number has arrived; the first one is there from the start. */
export function suspendingView(first: number): {
  readonly View: FunctionComponent<{ number: number }>
  readonly arrive: (number: number) => void
} {
  const arrived = new Set([first])
  let settle = (): void => undefined
  const arrival = new Promise<void>((resolve) => {
    settle = resolve
  })
  return {
    View: memo(({ number }) => {
      // Both React 18 and 19 wait for a promise that is thrown.
      if (!arrived.has(number)) throw arrival
      return <p>{number}</p>
    }),
    arrive(number) {
      arrived.add(number)
      settle()
    },
  }
}

/** Whether two components show different states. */
export function isTorn({ shown }: Commit): boolean {
  return new Set(shown).size > 1
}

/** A part of what a commit shows. */
export type Part = (commit: Commit) => string | undefined

/** The commits in which a part differs from the commit before. */
export function changesOf(commits: readonly Commit[], part: Part): Commit[] {
  return commits.filter((commit, index) => index > 0 && part(commit) !== part(commits[index - 1] as Commit))
}

/** The values of a part, from the first commit on. */
export function valuesOf(commits: readonly Commit[], part: Part): (string | undefined)[] {
  return [...commits.slice(0, 1), ...changesOf(commits, part)].map(part)
}
