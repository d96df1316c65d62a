// One input of the form, controlled by the run: every keystroke is an event, and the input shows the new state.

import { type ChangeEvent, type ReactElement, useId } from 'react'

import { CheckoutRun } from './checkout-run.ts'
import type { Field } from './order.ts'

interface FieldInputProps {
  readonly field: Field
  readonly text: string
  readonly problem: string | undefined
  readonly onLeave: () => void
}

/** A label, an input, and its problem if it has one. */
export function FieldInput({ field, text, problem, onLeave }: FieldInputProps): ReactElement {
  const send = CheckoutRun.useSend()
  const id = useId()
  const { label, ...attributes } = inputs[field]

  function edit({ target: input }: ChangeEvent<HTMLInputElement>): void {
    const { selectionStart: caret } = input
    const added = input.value.length - text.length
    const refusal = send({ type: 'EDIT', field, text: input.value })
    if (refusal === undefined || caret === null) return
    // React now restores the old text and moves the caret to its end. This moves the caret back.
    queueMicrotask(() => input.setSelectionRange(caret - added, caret - added))
  }

  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={field}
        {...attributes}
        value={text}
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
  street: { label: 'Street and number', autoComplete: 'street-address' },
  city: { label: 'Postcode and city', autoComplete: 'off' },
  email: { label: 'E-mail', type: 'email', autoComplete: 'email' },
  card: { label: 'Card number', inputMode: 'numeric', autoComplete: 'off' },
} as const
