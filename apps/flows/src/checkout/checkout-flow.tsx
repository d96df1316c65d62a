// A checkout: a form that lives in a run, a payment outside of it, and an end. Paid is paid; who buys again gets a run
// of its own.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useEffect, useRef, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import { LatestRefusal } from '../parts/refusals.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import { checkout } from './checkout.ts'
import './checkout.css'
import { CUSTOMERS, payAs } from './customers.ts'
import { DetailsForm } from './details-form.tsx'
import { DECLINED_CARD, type Gateway } from './gateway.ts'
import { useCharges } from './use-charges.ts'

interface CheckoutFlowProps {
  readonly gateway: Gateway
}

/** The flow: one checkout after another, each a run. */
export function CheckoutFlow({ gateway }: CheckoutFlowProps): ReactElement {
  const [order, setOrder] = useState(1)
  return <Order key={order} gateway={gateway} onAgain={() => setOrder(order + 1)} />
}

function Order({ gateway, onAgain }: CheckoutFlowProps & { readonly onAgain: () => void }): ReactElement {
  const run = useRun(checkout)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  useCharges(run, gateway)

  return (
    <Flow
      title="Checkout form"
      lead="Every keystroke is an event, and the form shows what the run made of it. Paying is an output: a gateway outside of the machine answers with an event."
      run={run}
    >
      <section aria-label="Checkout" className="part">
        {state.at === 'paid' ? (
          <Receipt receipt={state.receipt} name={state.details.name} onAgain={onAgain} />
        ) : (
          <DetailsForm details={state.details} paying={state.at === 'paying'} send={send} />
        )}
        <LatestRefusal run={run} />
        <output className="answer" data-declined={state.at === 'filling'}>
          {state.at === 'paying' && 'The gateway is asked…'}
          {state.at === 'filling' && state.declined}
        </output>
      </section>
      <section aria-label="Known customers" className="part">
        <h2>Fill in and pay in one batch</h2>
        <p className="quiet hint">
          Four events written together are applied whole or not at all. The card on file for Grace misses four digits.
          To have a payment declined, type <code>{DECLINED_CARD}</code>.
        </p>
        <div className="actions">
          {CUSTOMERS.map((customer) => (
            <button
              key={customer.name}
              type="button"
              disabled={state.at !== 'filling'}
              onClick={() => send(payAs(customer))}
            >
              Pay as {customer.name}
            </button>
          ))}
        </div>
      </section>
      <StateDiagram machine={checkout} at={state.at} />
    </Flow>
  )
}

interface ReceiptProps {
  readonly receipt: string
  readonly name: string
  readonly onAgain: () => void
}

function Receipt({ receipt, name, onAgain }: ReceiptProps): ReactElement {
  // The form that had the focus is gone.
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className="receipt">
      <h2 ref={heading} tabIndex={-1}>
        Paid
      </h2>
      <p>
        Thank you, {name}. Your receipt is <strong>{receipt}</strong>. This run is done and takes no more events.
      </p>
      <button type="button" className="primary" onClick={onAgain}>
        Order again
      </button>
    </div>
  )
}
