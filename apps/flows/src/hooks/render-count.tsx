// Counts how often the component that it is rendered by was shown anew.

import { type ReactElement, useEffect, useRef } from 'react'

/** A number that goes up whenever the component around it renders. */
export function RenderCount(): ReactElement {
  const output = useRef<HTMLElement>(null)
  const count = useRef(0)
  // Written to the page and not to state, since that would render again.
  useEffect(() => {
    count.current++
    if (output.current !== null) output.current.textContent = `rendered ${count.current} ×`
  })
  return <span ref={output} className="quiet" />
}
