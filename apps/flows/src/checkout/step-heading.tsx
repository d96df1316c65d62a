// The heading of what is shown now, which takes the focus as it comes: what had it is gone with what was shown before.

import { type ReactElement, useEffect, useRef } from 'react'

import { CheckoutRun } from './checkout-run.ts'

/** A heading that is focused, unless the page was just opened. */
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
