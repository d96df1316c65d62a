// What is shown where the wizard was, once a fatal error has ended its run.

import { RunError } from '@xmachines/core'
import type { ReactElement } from 'react'

import { StepHeading } from './step-heading.tsx'

interface StoppedProps {
  readonly thrown: unknown
  readonly onAskAgain: () => void
  readonly onStartOver: () => void
}

/** What went wrong, and two ways on: the same run, restored, or another one. */
export function Stopped({ thrown, onAskAgain, onStartOver }: StoppedProps): ReactElement {
  return (
    <section aria-label="Checkout" className="part checkout-stopped">
      <div role="alert">
        <StepHeading>This order was stopped</StepHeading>
        <p>{reasonOf(thrown)}</p>
      </div>
      <p className="quiet checkout-hint">
        The error is fatal, so the run takes no more events. Its history has every one that was applied, and the broken
        answer is not among them: restored from it, the run has the same id and still waits for an answer. The gateway
        is asked with the same key, and charges nobody twice.
      </p>
      <div className="actions">
        <button type="button" className="primary" onClick={onAskAgain}>
          Ask the gateway again
        </button>
        <button type="button" onClick={onStartOver}>
          Start over
        </button>
      </div>
    </section>
  )
}

/** What the machine said, where it was the machine that stopped. */
function reasonOf(thrown: unknown): string {
  const reason = thrown instanceof RunError ? (thrown.cause ?? thrown) : thrown
  return reason instanceof Error ? reason.message : String(reason)
}
