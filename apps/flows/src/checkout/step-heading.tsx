// The heading of a step. It takes the focus when it appears, because the element that had the focus is gone.

import { type ReactElement, useEffect, useRef } from 'react'

import { CheckoutRun } from './checkout-run.ts'

/** A heading that takes the focus, except when the page has just been opened. */
export function StepHeading({ children }: { readonly children: string }): ReactElement {
  const run = CheckoutRun.useRun()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (run.snapshot.current.sequence > 0) heading.current?.focus()
  }, [run])
  return (
    <h2 ref={heading} tabIndex={-1} className="step-heading">
      {children}
    </h2>
  )
}
