// A step with inputs. The run holds the texts, so they are still there when the customer comes back to a step. The form
// holds only which inputs have lost the focus: only those show their problems.

import { type FormEvent, type ReactElement, type ReactNode, useState } from 'react'

import { CheckoutRun } from './checkout-run.ts'
import { FieldInput } from './field-input.tsx'
import { FIELDS, type Field, type FormStep, firstProblem, type Order, problemOf } from './order.ts'

interface StepFormProps {
  readonly step: FormStep
  readonly order: Order
  /** Inputs that are not texts. */
  readonly children?: ReactNode
  readonly buttons: ReactNode
}

/** The inputs of a step, and its buttons. */
export function StepForm({ step, order, children, buttons }: StepFormProps): ReactElement {
  const send = CheckoutRun.useSend()
  const [visited, setVisited] = useState<readonly Field[]>([])

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const { elements } = event.currentTarget
    setVisited(FIELDS[step])
    const refusal = send({ type: 'NEXT' })
    const first = firstProblem(step, order)
    if (refusal === undefined || first === undefined) return
    const input = elements.namedItem(first.field)
    if (input instanceof HTMLInputElement) input.focus()
  }

  return (
    <form className="step-form" onSubmit={submit} noValidate>
      {FIELDS[step].map((field) => (
        <FieldInput
          key={field}
          field={field}
          text={order[field]}
          problem={visited.includes(field) ? problemOf(field, order[field]) : undefined}
          onLeave={() => setVisited((before) => (before.includes(field) ? before : [...before, field]))}
        />
      ))}
      {children}
      <div className="step-buttons">{buttons}</div>
    </form>
  )
}
