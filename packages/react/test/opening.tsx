// What a page shows while a run is opened. React keeps a fallback for 300 ms before it shows what is ready; here that time passes
// at once.

import { type ReactNode, useLayoutEffect } from 'react'

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
