// What holds for every test of the hooks: it runs in StrictMode and without, and says nothing on the console.

import { act, screen } from '@testing-library/react'
import { Component, Fragment, type ReactNode, StrictMode, useState } from 'react'
import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest'

/** For `describe.each`: what to wrap a tree in. */
export const modes = [
  ['in StrictMode', StrictMode],
  ['without StrictMode', Fragment],
] as const

/** Fails each test of this file after which the console has an error or a warning. */
export function expectQuietConsole(): void {
  let spies: MockInstance[] = []
  beforeEach(() => {
    spies = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
  })
  afterEach(() => {
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })
}

/** Keeps the console quiet about errors that a test is about; answers with what ends that. */
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

/** Shows what was thrown in it. */
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

/** A boundary that tries again when told to. */
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

/** Has the boundary of a `Retry` try again. */
export const tryAgain = (): Promise<void> => act(async () => screen.getByText('try again').click())

/** What the boundary shows, where it caught something. */
export const caught = (): string | undefined => screen.queryByRole('alert')?.textContent ?? undefined
