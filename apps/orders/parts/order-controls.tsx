'use client'

// What can be done with an order, for the customer whose it is and for the staff.

import type { RunError } from '@xmachines/core'
import { useRefusals, useSend } from '@xmachines/react'
import { type MouseEvent, useActionState, useState } from 'react'
import { type EventType, type OrderEvent, senders } from '../order/events.ts'
import type { Order } from '../order/order.ts'
import type { Refusal } from '../order/refusal.ts'
import { act } from '../server/actions.ts'
import { AskRefund } from './ask-refund.tsx'
import { EventForm, type Sending } from './event-form.tsx'
import type { OrderRun } from './order-view.tsx'
import { Refused } from './refused.tsx'
import { Review } from './review.tsx'

interface ControlsProps {
  readonly run: OrderRun
  readonly state: Order
  /** `customer` for the one whose order it is, a name for the staff, undefined for whoever has the link. */
  readonly by: string | undefined
  readonly formKey: string
}

/** What is going on, for whoever waits. */
const news: Readonly<Record<Order['at'], string>> = {
  cart: 'This is still a cart.',
  paying: 'We are asking the bank. You may close this page: the order goes on without it.',
  unpaid: 'The order waits for its payment.',
  cancelling: 'We are calling the payment off.',
  cancelled: 'The order is cancelled, and nothing was paid.',
  packing: 'It is paid. We are making your lamps.',
  shipping: 'It is packed, and waits for the carrier.',
  shipped: 'It is on its way.',
  reviewing: 'A refund of this size needs a second person.',
  refunding: 'The money is on its way back.',
  refunded: 'All of it is paid back. The order is closed.',
}

/** After an event another control is in the same place. The second click of a double click is not for that one. */
function takeOneClick(event: MouseEvent): void {
  if (event.detail < 2) return
  event.preventDefault()
  event.stopPropagation()
}

export function OrderControls({ run, state, by, formKey }: ControlsProps) {
  const send = useSend(run)
  const [answered, action] = useActionState(act, undefined)
  const [refusal, setRefusal] = useState<Refusal>()
  useRefusals(run, ({ code, reason, batch }: RunError) => {
    const [event] = (batch ?? []) as readonly OrderEvent[]
    setRefusal({ code, reason, type: event?.type })
  })
  const refused = refusal ?? answered
  const { at } = state
  const sending: Sending = {
    run,
    at,
    formKey,
    refused,
    action,
    send(event) {
      setRefusal(undefined)
      if (event !== undefined) send(event)
    },
  }
  const role = by === 'customer' ? 'customer' : 'staff'
  /** Whether the machine takes the event here, and from this person. */
  const may = (type: EventType): boolean =>
    by !== undefined &&
    // A form may name what is no type at all. The machine has no arrow for that.
    run.machine.graph.arrows.some(({ from, event }) => from === at && event === type) &&
    senders[type].includes(role)
  const simple = (type: 'RETRY' | 'CANCEL' | 'PACK' | 'SHIP', label: string, style = '') =>
    may(type) && (
      <EventForm sending={sending} type={type} make={() => ({ type, by: by ?? '', when: Date.now() })}>
        <button type="submit" className={`button ${style}`}>
          {label}
        </button>
      </EventForm>
    )
  return (
    <section className={`card controls ${at}`} aria-labelledby="next-title" onClickCapture={takeOneClick}>
      <h2 id="next-title">What is next</h2>
      <p>{at === 'unpaid' ? `${state.why} ${news.unpaid}` : news[at]}</p>
      {at === 'reviewing' && <Review sending={sending} state={state} by={by} mayDecide={may('APPROVE')} />}
      <div className="buttons">
        {simple('PACK', 'It is packed')}
        {simple('SHIP', 'It is shipped')}
        {simple('RETRY', 'Try the payment again')}
        {simple('CANCEL', 'Cancel the order', 'quiet')}
      </div>
      {may('ASK_REFUND') && 'refunded' in state && <AskRefund key={at} sending={sending} state={state} by={by ?? ''} />}
      {/* The control that caused it may be gone, because the order has moved on. */}
      {refused !== undefined && !may(refused.type as EventType) && <Refused refusal={refused} at={at} />}
    </section>
  )
}
