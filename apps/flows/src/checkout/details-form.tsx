// The form. Each input is controlled by the run: a keystroke is an event, and what comes back is what is shown.

import type { RunError } from '@xmachines/core'
import type { Send } from '@xmachines/react'
import { type ChangeEvent, type FormEvent, type ReactElement, useId, useState } from 'react'

import { CENTS, type CheckoutEvent } from './checkout.ts'
import { type Details, FIELDS, type Field, problemOf } from './details.ts'

interface DetailsFormProps {
  readonly details: Details
  readonly paying: boolean
  readonly send: Send<CheckoutEvent>
}

/** Name, e-mail, card number, and a button that pays. */
export function DetailsForm({ details, paying, send }: DetailsFormProps): ReactElement {
  const [left, setLeft] = useState<readonly Field[]>([])

  function pay(event: FormEvent): void {
    event.preventDefault()
    if (paying) return
    setLeft(FIELDS)
    send({ type: 'PAY' })
  }

  return (
    <form className="details" onSubmit={pay} noValidate>
      {FIELDS.map((field) => (
        <DetailInput
          key={field}
          field={field}
          value={details[field]}
          problem={left.includes(field) ? problemOf(field, details[field]) : undefined}
          readOnly={paying}
          onEdit={(value) => send({ type: 'EDIT', field, value })}
          onLeave={() => setLeft((before) => (before.includes(field) ? before : [...before, field]))}
        />
      ))}
      <button type="submit" className="primary" aria-disabled={paying}>
        {paying ? 'Paying…' : `Pay ${price}`}
      </button>
    </form>
  )
}

interface DetailInputProps {
  readonly field: Field
  readonly value: string
  readonly problem: string | undefined
  readonly readOnly: boolean
  readonly onEdit: (value: string) => RunError | undefined
  readonly onLeave: () => void
}

function DetailInput({ field, value, problem, readOnly, onEdit, onLeave }: DetailInputProps): ReactElement {
  const id = useId()
  const { label, ...attributes } = inputs[field]

  function edit({ target: input }: ChangeEvent<HTMLInputElement>): void {
    const { selectionStart: caret } = input
    const added = input.value.length - value.length
    const refusal = onEdit(input.value)
    if (refusal === undefined || caret === null) return
    // React is about to put the old value back, with the caret at its end.
    queueMicrotask(() => input.setSelectionRange(caret - added, caret - added))
  }

  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...attributes}
        value={value}
        readOnly={readOnly}
        onChange={edit}
        onBlur={onLeave}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}problem`}
      />
      <p id={`${id}problem`} className="problem">
        {problem}
      </p>
    </div>
  )
}

const inputs = {
  name: { label: 'Name', autoComplete: 'name' },
  email: { label: 'E-mail', type: 'email', autoComplete: 'email' },
  card: { label: 'Card number', inputMode: 'numeric', autoComplete: 'off' },
} as const

const price = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(CENTS / 100)
