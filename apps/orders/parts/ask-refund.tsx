'use client'

// Asks for money back.

import { type OrderEvent, reasons } from '../order/events.ts'
import { formatMoney } from '../order/money.ts'
import { type Order, REFUND_LIMIT, refundable } from '../order/order.ts'
import { EventForm, type Sending } from './event-form.tsx'

interface AskRefundProps {
  readonly sending: Sending
  readonly state: Extract<Order, { refunded: unknown }>
  readonly by: string
}

export function AskRefund({ sending, state, by }: AskRefundProps) {
  const most = refundable(state)
  const euros = (most.cents / 100).toFixed(2)
  const make = (form: FormData): OrderEvent => ({
    type: 'ASK_REFUND',
    amount: { cents: Math.round(Number(form.get('amount')) * 100), currency: 'EUR' },
    // The schema takes no other.
    reason: form.get('reason') as (typeof reasons)[number],
    by,
    when: Date.now(),
  })
  return (
    <details className="ask">
      <summary>{state.at === 'reviewing' ? 'Ask for another amount' : 'Ask for a refund'}</summary>
      <EventForm sending={sending} type="ASK_REFUND" make={make}>
        <label>
          Amount in euros
          <input name="amount" type="number" step="0.01" min="0.01" max={euros} defaultValue={euros} required />
        </label>
        <label>
          Reason
          <select name="reason">
            {reasons.map((reason) => (
              <option key={reason}>{reason}</option>
            ))}
          </select>
        </label>
        <p className="note">More than {formatMoney(REFUND_LIMIT)} is approved by a second person.</p>
        <button type="submit" className="button quiet">
          Ask for it
        </button>
      </EventForm>
    </details>
  )
}
