'use client'

// A refund that needs a second person. A decision is about what was on the screen when it was opened, not about what came since.

import { useState } from 'react'
import { formatMoney } from '../order/money.ts'
import type { Order } from '../order/order.ts'
import { EventForm, type Sending } from './event-form.tsx'

interface ReviewProps {
  readonly sending: Sending
  readonly state: Extract<Order, { at: 'reviewing' }>
  /** Who looks at it. */
  readonly by: string | undefined
  readonly mayDecide: boolean
}

type Refund = ReviewProps['state']['refund']

const isSame = (one: Refund, other: Refund): boolean =>
  one.amount.cents === other.amount.cents && one.reason === other.reason && one.askedBy === other.askedBy

export function Review({ sending, state, by, mayDecide }: ReviewProps) {
  const now = { head: sending.run.head, refund: state.refund }
  const [{ head, refund }, look] = useState(now)
  // Whoever asked for it knows what it is. And the head moves without a change of the refund, when the server confirms it.
  if (head !== now.head && (state.refund.askedBy === by || isSame(refund, now.refund))) look(now)
  return (
    <div className="review">
      <p className="amount">{formatMoney(refund.amount)}</p>
      <p>
        “{refund.reason}”, asked for by {refund.askedBy === 'customer' ? 'the customer' : refund.askedBy}
      </p>
      {head !== now.head && (
        <div className="changed" aria-live="polite">
          <p>
            This has changed since you opened it. It was {formatMoney(refund.amount)}, “{refund.reason}”. Now it is{' '}
            <strong>
              {formatMoney(now.refund.amount)}, “{now.refund.reason}”
            </strong>
            .
          </p>
          <button type="button" className="quiet" onClick={() => look(now)}>
            Look at that
          </button>
        </div>
      )}
      {mayDecide && (
        <>
          <div className="buttons">
            <EventForm sending={sending} type="APPROVE" seen={head}>
              <button type="submit" className="button">
                Approve {formatMoney(refund.amount)}
              </button>
            </EventForm>
            <EventForm sending={sending} type="REJECT" seen={head}>
              <button type="submit" className="button quiet">
                Reject
              </button>
            </EventForm>
          </div>
          <p className="note">
            You decide about <code>{head.slice(0, 8)}</code>, and the history says so.
          </p>
        </>
      )}
    </div>
  )
}
