// Renders as a page does, without `act`: production builds of React do not have it.

import { type ReactNode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { onTestFinished, type TestContext } from 'vitest'

type OnTestFinished = TestContext['onTestFinished']

/** A root in the page, for one test. */
export interface Mounted {
  readonly container: HTMLElement
  /** Renders the root again; resolves after the effects of that commit. */
  show(children: ReactNode): Promise<void>
}

/**
 * Renders into a root of its own, until the test ends.
 * @param whenFinished of the context of a test that runs beside others: Vitest does not know of itself which one mounts
 */
export async function mount(children: ReactNode, whenFinished: OnTestFinished = onTestFinished): Promise<Mounted> {
  const container = document.createElement('div')
  document.body.append(container)
  const root = createRoot(container)
  whenFinished(() => {
    root.unmount()
    container.remove()
  })
  const show = (next: ReactNode): Promise<void> =>
    new Promise((resolve) => {
      root.render(
        <>
          {next}
          <Committed onCommitted={resolve} />
        </>,
      )
    })
  await show(children)
  return { container, show }
}

function Committed({ onCommitted }: { readonly onCommitted: () => void }): null {
  useEffect(onCommitted, [onCommitted])
  return null
}
