// The wizard: the current step, and the handler that pays. A fatal error of the run is thrown here, where its snapshot
// is read, to the boundary around the wizard.

import type { ReactElement, ReactNode } from 'react'

import { LatestRefusal } from '../parts/refusals.tsx'
import { CheckoutRun } from './checkout-run.ts'
import type { Gateway } from './gateway.ts'
import { OrderPicture } from './order-picture.tsx'
import { Review } from './review.tsx'
import { ShippingChoice } from './shipping-choice.tsx'
import { StepForm } from './step-form.tsx'
import { StepHeading } from './step-heading.tsx'
import { Stepper } from './stepper.tsx'

interface WizardProps {
  readonly gateway: Gateway
  readonly onAgain: () => void
}

/** Delivery, payment, review, and the receipt. */
export function Wizard({ gateway, onAgain }: WizardProps): ReactElement {
  const run = CheckoutRun.useRun()
  const state = CheckoutRun.useSnapshot((snapshot) => snapshot.state)
  const send = CheckoutRun.useSend()
  CheckoutRun.useOutputs(
    {
      charge: async ({ cents, card }, { key }) => {
        const answer = await gateway.charge({ key, cents, card })
        return answer.accepted
          ? { type: 'PAID', cents: answer.cents, receipt: answer.receipt }
          : { type: 'DECLINED', reason: answer.reason }
      },
    },
    // A run that was restored while it was paying still waits for an answer. Its last output is handled again, with the
    // same key, so the gateway charges nothing twice.
    { from: state.at === 'paying' ? run.position - 1 : 'now' },
  )

  return (
    <section aria-label="Checkout" className="part checkout">
      <OrderPicture at={state.at} order={state.order} />
      <Stepper at={state.at} />
      {state.at === 'delivery' && (
        <Step key="delivery" title="Where should we deliver?">
          <StepForm step="delivery" order={state.order} buttons={<Next />}>
            <ShippingChoice shipping={state.order.shipping} />
          </StepForm>
        </Step>
      )}
      {state.at === 'payment' && (
        <Step key="payment" title="How will you pay?">
          <StepForm
            step="payment"
            order={state.order}
            buttons={
              <>
                <button type="button" onClick={() => send({ type: 'BACK' })}>
                  Back
                </button>
                <Next />
              </>
            }
          />
        </Step>
      )}
      {(state.at === 'review' || state.at === 'paying') && (
        <Step key="review" title="Is everything right?">
          <Review order={state.order} paying={state.at === 'paying'} />
        </Step>
      )}
      {state.at === 'paid' && (
        <Step key="paid" title="Paid">
          <p>
            Thank you, {state.order.name}. Your receipt is <strong className="receipt">{state.receipt}</strong>. This
            run is done and takes no more events.
          </p>
          <button type="button" className="primary" onClick={onAgain}>
            Order again
          </button>
        </Step>
      )}
      <LatestRefusal run={run} />
      <output className="answer" data-declined={state.at === 'payment'}>
        {state.at === 'paying' && 'Waiting for the gateway…'}
        {state.at === 'payment' && state.declined}
      </output>
    </section>
  )
}

function Next(): ReactElement {
  return (
    <button type="submit" className="primary">
      Next
    </button>
  )
}

interface StepProps {
  readonly title: string
  readonly children: ReactNode
}

function Step({ title, children }: StepProps): ReactElement {
  return (
    <>
      <StepHeading>{title}</StepHeading>
      {children}
    </>
  )
}
