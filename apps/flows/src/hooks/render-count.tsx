// Counts how often the component around it has rendered.

import { type ReactElement, useEffect, useRef } from 'react'

/** A number that goes up whenever the component around it renders. */
export function RenderCount(): ReactElement {
  const output = useRef<HTMLElement>(null)
  const count = useRef(0)
  // Written to the page and not to state, because a state update would render again.
  useEffect(() => {
    count.current++
    if (output.current !== null) output.current.textContent = `rendered ${count.current} ×`
  })
  return <span ref={output} className="quiet" />
}
