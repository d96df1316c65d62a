// A step in which something is filled in. What was typed is in the run, so a step that is left and come back to shows it
// again; the form itself knows only which inputs were left, and so may be told what is wrong with them.

import { type FormEvent, type ReactElement, type ReactNode, useState } from 'react'

import { CheckoutRun } from './checkout-run.ts'
import { FieldInput } from './field-input.tsx'
import { FIELDS, type Field, type FormStep, firstProblem, type Order, problemOf } from './order.ts'

interface StepFormProps {
  readonly step: FormStep
  readonly order: Order
  /** What there is to fill in beside texts. */
  readonly children?: ReactNode
  readonly buttons: ReactNode
}

/** The inputs of a step, and its buttons. */
export function StepForm({ step, order, children, buttons }: StepFormProps): ReactElement {
  const send = CheckoutRun.useSend()
  const [left, setLeft] = useState<readonly Field[]>([])

  function goOn(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const { elements } = event.currentTarget
    setLeft(FIELDS[step])
    const refusal = send({ type: 'NEXT' })
    const first = firstProblem(step, order)
    if (refusal === undefined || first === undefined) return
    const input = elements.namedItem(first.field)
    if (input instanceof HTMLInputElement) input.focus()
  }

  return (
    <form className="step-form" onSubmit={goOn} noValidate>
      {FIELDS[step].map((field) => (
        <FieldInput
          key={field}
          field={field}
          text={order[field]}
          problem={left.includes(field) ? problemOf(field, order[field]) : undefined}
          onLeave={() => setLeft((before) => (before.includes(field) ? before : [...before, field]))}
        />
      ))}
      {children}
      <div className="step-buttons">{buttons}</div>
    </form>
  )
}
