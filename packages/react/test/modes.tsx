// Every test of the hooks runs in StrictMode and without it, and must leave the console quiet.

import { act, render, screen } from '@testing-library/react'
import { Component, Fragment, type ReactNode, StrictMode, useState } from 'react'
import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest'

/** For `describe.each`: the components to wrap a tree in. */
export const modes = [
  ['in StrictMode', StrictMode],
  ['without StrictMode', Fragment],
] as const

/** Fails each test of this file that prints an error or a warning on the console. */
export function expectQuietConsole(): void {
  let spies: MockInstance[] = []
  beforeEach(() => {
    spies = (['error', 'warn'] as const).map((method) => vi.spyOn(console, method).mockImplementation(() => {}))
  })
  afterEach(() => {
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })
}

/** The warnings so far, if a test expects them. They no longer fail it. */
export function takeWarnings(): string[] {
  const { mock } = vi.mocked(console.warn)
  return mock.calls.splice(0).map(([warning]) => String(warning))
}

/** The warning about an output that nobody handled before a component with a handler for it was mounted. */
export const missed = (type: string, position: number): string =>
  `The run emitted an output of type "${type}" at position ${position}, before a component with a handler for it was ` +
  'mounted, and nothing handled it. Call useOutputs in a component that is mounted earlier, or pass ' +
  "{ from: 'start' } to handle earlier outputs, or { from: 'now' } to ignore them."

/** Hides the errors that a test expects from the console; returns a function that shows errors again. */
export function muteErrors(): () => void {
  const spy = vi.spyOn(console, 'error').mockImplementation(() => {})
  // React 18 dispatches errors on the window in development, and jsdom prints those that nobody prevents.
  const prevent = (event: Event): void => event.preventDefault()
  window.addEventListener('error', prevent)
  return () => {
    window.removeEventListener('error', prevent)
    spy.mockRestore()
  }
}

/** Shows the message of an error that was thrown inside it. */
export class Boundary extends Component<
  { children: ReactNode; onError?: (error: unknown) => void },
  { error?: Error }
> {
  override state: { error?: Error } = {}

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError?.(error)
  }

  override render(): ReactNode {
    return this.state.error === undefined ? this.props.children : <p role="alert">{this.state.error.message}</p>
  }
}

/** Renders a component inside a boundary; returns the error that it threw. */
export function thrownBy(Panel: () => ReactNode): unknown {
  let thrown: unknown
  const unmute = muteErrors()
  render(
    <Boundary onError={(error) => (thrown = error)}>
      <Panel />
    </Boundary>,
  )
  unmute()
  return thrown
}

/** A boundary with a button to try again. */
export function Retry({
  children,
  onError,
  onRetry,
}: {
  children: ReactNode
  onError?: (error: unknown) => void
  onRetry?: () => void
}): ReactNode {
  const [attempt, setAttempt] = useState(0)
  const again = (): void => {
    onRetry?.()
    setAttempt(attempt + 1)
  }
  return (
    <>
      <button type="button" onClick={again}>
        try again
      </button>
      <Boundary key={attempt} {...(onError && { onError })}>
        {children}
      </Boundary>
    </>
  )
}

/** Presses the button of a `Retry`. */
export const tryAgain = (): Promise<void> => act(async () => screen.getByText('try again').click())

/** The message that a boundary shows; undefined if it caught nothing. */
export const caught = (): string | undefined => screen.queryByRole('alert')?.textContent ?? undefined
