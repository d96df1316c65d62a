// A control that sends an event to an order. With a script the event goes through the connected run and shows at once; without
// one the form goes to the server, with the head that its page showed. What is refused is said right here.

import type { ReactNode, SubmitEvent } from 'react'
import type { EventType, OrderEvent } from '../order/events.ts'
import type { Order } from '../order/order.ts'
import type { Refusal } from '../order/refusal.ts'
import type { OrderRun } from './order-view.tsx'
import { Refused } from './refused.tsx'

/** What all controls of an order share. */
export interface Sending {
  readonly run: OrderRun
  readonly at: Order['at']
  readonly formKey: string
  /** What was refused last, and for which event. */
  readonly refused: Refusal | undefined
  /** Sends a form to the server. */
  readonly action: (form: FormData) => void
  /** Sends an event through the run; without one, only forgets what was refused. */
  readonly send: (event: OrderEvent | undefined) => void
}

interface EventFormProps {
  readonly sending: Sending
  readonly type: EventType
  /** The head that was shown. The server applies the event behind this head or not at all. */
  readonly seen?: string
  /** Makes the event here. Without it the form goes to the server. */
  readonly make?: (form: FormData) => OrderEvent
  readonly children: ReactNode
}

export function EventForm({ sending, type, seen, make, children }: EventFormProps) {
  const { run, at, formKey, refused, action, send } = sending
  const head = seen ?? run.head

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    if (make !== undefined) event.preventDefault()
    send(make?.(new FormData(event.currentTarget)))
  }

  return (
    <form action={action} onSubmit={submit} className="act">
      <input type="hidden" name="type" value={type} />
      <input type="hidden" name="id" value={run.id} />
      <input type="hidden" name="head" value={head} />
      <input type="hidden" name="key" value={`${formKey}-${type}-${head.slice(0, 12)}`} />
      {children}
      {refused?.type === type && <Refused refusal={refused} at={at} />}
    </form>
  )
}
