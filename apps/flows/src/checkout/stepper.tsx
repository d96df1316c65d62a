// Shows the steps and which of them is the current one.

import type { ReactElement } from 'react'

import type { Checkout } from './checkout.ts'

/** The steps. One of them is current, unless all are done. */
export function Stepper({ at }: { readonly at: Checkout['at'] }): ReactElement {
  const current = numberOf(at)
  return (
    <ol className="stepper" aria-label="Steps">
      {steps.map((step, index) => (
        <li key={step} data-done={index < current} aria-current={index === current ? 'step' : undefined}>
          <span className="step-number" aria-hidden="true">
            {index < current ? '✓' : index + 1}
          </span>
          {step}
          {index < current && <span className="unseen">, done</span>}
        </li>
      ))}
    </ol>
  )
}

const steps = ['Delivery', 'Payment', 'Review'] as const

function numberOf(at: Checkout['at']): number {
  return { delivery: 0, payment: 1, review: 2, paying: 2, paid: 3 }[at]
}
