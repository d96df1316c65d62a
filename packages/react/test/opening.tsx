// What a page shows while a run is opened. React keeps a fallback for 300 ms before it shows what is ready; here that time passes
// at once.

import { type RenderResult, render } from '@testing-library/react'
import { type ComponentType, type ReactNode, Suspense, useEffect, useLayoutEffect } from 'react'
import { expect, vi } from 'vitest'

const now = performance.now.bind(performance)
let passed = 0

/** A fallback, after which the clock that React reads says that it was shown long enough. */
export function Opening(): ReactNode {
  useLayoutEffect(() => {
    passed += 300
    performance.now = () => now() + passed
  }, [])
  return 'opening'
}

/**
 * Renders a tree that waits for a run, until it is shown and all its effects have run. React runs them a moment after it shows
 * the tree, and a button that is pressed in between shows what it does only then.
 */
export async function renderOpened(
  tree: ReactNode,
  wrapper: ComponentType<{ children: ReactNode }>,
): Promise<RenderResult> {
  const opened = vi.fn()
  const rendered = render(
    <Suspense fallback={<Opening />}>
      {tree}
      <Opened then={opened} />
    </Suspense>,
    { wrapper },
  )
  await vi.waitFor(() => expect(opened).toHaveBeenCalled())
  return rendered
}

function Opened({ then }: { then: () => void }): ReactNode {
  useEffect(then, [then])
  return null
}
