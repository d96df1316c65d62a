'use client'

// What can be done with an order, for the customer whose it is and for the staff.

import { useState } from 'react'
import { type EventType, type OrderEvent, reasons, senders } from '../order/events.ts'
import { formatMoney } from '../order/money.ts'
import { type Order, REFUND_LIMIT, refundable } from '../order/order.ts'
import { EventForm } from './event-form.tsx'
import type { OrderRun } from './order-view.tsx'

interface ControlsProps {
  readonly run: OrderRun
  readonly state: Order
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

export function OrderControls({ run, state, by, formKey }: ControlsProps) {
  const role = by === 'customer' ? 'customer' : 'staff'
  /** Whether the machine takes the event here, and from this person. */
  const may = (type: EventType): boolean =>
    by !== undefined &&
    senders[type].includes(role) &&
    run.machine.graph.arrows.some(({ from, event }) => from === state.at && event === type)
  const simple = (type: 'RETRY' | 'CANCEL' | 'PACK' | 'SHIP', label: string, style = '') =>
    may(type) && (
      <EventForm
        run={run}
        type={type}
        formKey={formKey}
        at={state.at}
        make={() => ({ type, by: by ?? '', when: Date.now() })}
      >
        <button type="submit" className={`button ${style}`}>
          {label}
        </button>
      </EventForm>
    )
  return (
    <section className={`card controls ${state.at}`} aria-labelledby="next-title">
      <h2 id="next-title">What is next</h2>
      <p>{state.at === 'unpaid' ? `${state.why} ${news.unpaid}` : news[state.at]}</p>
      {state.at === 'reviewing' && <Review run={run} state={state} formKey={formKey} mayDecide={may('APPROVE')} />}
      <div className="buttons">
        {simple('PACK', 'It is packed')}
        {simple('SHIP', 'It is shipped')}
        {simple('RETRY', 'Try the payment again')}
        {simple('CANCEL', 'Cancel the order', 'quiet')}
      </div>
      {may('ASK_REFUND') && 'refunded' in state && (
        <AskRefund run={run} state={state} by={by ?? ''} formKey={formKey} />
      )}
    </section>
  )
}

type Refundable = Extract<Order, { refunded: unknown }>

function AskRefund({ run, state, by, formKey }: { run: OrderRun; state: Refundable; by: string; formKey: string }) {
  const most = refundable(state)
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
      <EventForm run={run} type="ASK_REFUND" formKey={formKey} at={state.at} make={make}>
        <label>
          Amount in euros
          <input
            name="amount"
            type="number"
            step="0.01"
            min="0.01"
            max={(most.cents / 100).toFixed(2)}
            defaultValue={(most.cents / 100).toFixed(2)}
            required
          />
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

type Reviewing = Extract<Order, { at: 'reviewing' }>

/** A decision is about what was on the screen when it was opened, and not about what has come since. */
function Review({
  run,
  state,
  formKey,
  mayDecide,
}: {
  run: OrderRun
  state: Reviewing
  formKey: string
  mayDecide: boolean
}) {
  const now = { head: run.head, refund: state.refund }
  const [seen, setSeen] = useState(now)
  const { refund, head } = seen
  const isStale = head !== now.head
  return (
    <div className="review">
      <p className="amount">{formatMoney(refund.amount)}</p>
      <p>
        “{refund.reason}”, asked for by {refund.askedBy}
      </p>
      {isStale && (
        <p className="changed" role="status">
          This has changed since you opened it: now {formatMoney(now.refund.amount)}, “{now.refund.reason}”.{' '}
          <button type="button" className="quiet" onClick={() => setSeen(now)}>
            Look at that
          </button>
        </p>
      )}
      {mayDecide && (
        <div className="buttons">
          <EventForm run={run} type="APPROVE" formKey={formKey} at={state.at} seen={head}>
            <button type="submit" className="button">
              Approve {formatMoney(refund.amount)}
            </button>
          </EventForm>
          <EventForm run={run} type="REJECT" formKey={formKey} at={state.at} seen={head}>
            <button type="submit" className="button quiet">
              Reject
            </button>
          </EventForm>
          <p className="note">
            You decide about <code>{head.slice(0, 8)}</code>, and the history says so.
          </p>
        </div>
      )}
    </div>
  )
}
