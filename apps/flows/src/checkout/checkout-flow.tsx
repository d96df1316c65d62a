// A checkout in three steps: a form whose values are the state of a run, a payment outside of it, and completion or a
// fatal error. Each new order is a new run.

import type { RunDocument } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { type ReactElement, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import { type CheckoutEvent, checkout } from './checkout.ts'
import './checkout.css'
import { CheckoutRun } from './checkout-run.ts'
import { CUSTOMERS, payAs } from './customers.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { DECLINED_CARD, type Gateway } from './gateway.ts'
import { Stopped } from './stopped.tsx'
import { Wizard } from './wizard.tsx'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'checkout/checkout.ts', read: () => import('./checkout.ts?raw') },
  { part: 'view', path: 'checkout/wizard.tsx', read: () => import('./wizard.tsx?raw') },
  { part: 'wiring', path: 'checkout/checkout-flow.tsx', read: () => import('./checkout-flow.tsx?raw') },
]

interface CheckoutFlowProps {
  readonly gateway: Gateway
}

/** How the run on this page begins: new, or from the history of a stopped run. */
interface Beginning {
  readonly number: number
  readonly history?: RunDocument<CheckoutEvent>
}

/** The flow: one checkout after another, each with its own run. */
export function CheckoutFlow({ gateway }: CheckoutFlowProps): ReactElement {
  const [{ number, history }, begin] = useState<Beginning>({ number: 1 })
  return (
    <CheckoutRun.Provider key={number} history={history}>
      <Order
        gateway={gateway}
        onAgain={() => begin({ number: number + 1 })}
        onRestore={(stopped) => begin({ number: number + 1, history: stopped })}
      />
    </CheckoutRun.Provider>
  )
}

interface OrderProps extends CheckoutFlowProps {
  readonly onAgain: () => void
  readonly onRestore: (history: RunDocument<CheckoutEvent>) => void
}

function Order({ gateway, onAgain, onRestore }: OrderProps): ReactElement {
  const run = CheckoutRun.useRun()
  // The `snapshot` port shows a fatal error as a snapshot, so only the part inside the boundary is replaced.
  const at = useSnapshot(run.snapshot, ({ state }) => state.at)

  return (
    <Flow
      title="Checkout wizard"
      lead="Every keystroke is an event, and every step shows the state of the run, so going back loses nothing. Paying is an output: a gateway outside of the machine answers with an event."
      code={files}
      run={run}
      beside={<StateDiagram machine={checkout} at={at} />}
    >
      <ErrorBoundary
        fallback={(thrown) => (
          <Stopped thrown={thrown} onAskAgain={() => onRestore(run.toJSON())} onStartOver={onAgain} />
        )}
      >
        <Wizard gateway={gateway} onAgain={onAgain} />
      </ErrorBoundary>
      <KnownCustomers />
    </Flow>
  )
}

function KnownCustomers(): ReactElement {
  const run = CheckoutRun.useRun()
  const at = useSnapshot(run.snapshot, ({ state }) => state.at)
  const send = CheckoutRun.useSend()
  return (
    <section aria-label="Known customers" className="part">
      <h2>Fill in everything and pay in one batch</h2>
      <p className="quiet checkout-hint">
        Each button sends one batch. Grace’s card number is too short, so nothing of her batch is applied. The answer
        for Alan’s card is wrong, which is a fatal error. To see a payment declined, type the card number{' '}
        <code>{DECLINED_CARD}</code>.
      </p>
      <div className="actions">
        {CUSTOMERS.map((customer) => (
          <button
            key={customer.name}
            type="button"
            disabled={at === 'paying' || at === 'paid'}
            onClick={() => send(payAs(customer, at))}
          >
            Pay as {customer.name}
          </button>
        ))}
      </div>
    </section>
  )
}
