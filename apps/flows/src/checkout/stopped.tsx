// Replaces the wizard after a fatal error has ended its run.

import { RunError } from '@xmachines/core'
import type { ReactElement } from 'react'

import { StepHeading } from './step-heading.tsx'

interface StoppedProps {
  readonly thrown: unknown
  readonly onAskAgain: () => void
  readonly onStartOver: () => void
}

/** The error, and two ways to continue: restore the same run, or start a new one. */
export function Stopped({ thrown, onAskAgain, onStartOver }: StoppedProps): ReactElement {
  return (
    <section aria-label="Checkout" className="part checkout-stopped">
      <div role="alert">
        <StepHeading>This order has stopped</StepHeading>
        <p>{reasonOf(thrown)}</p>
      </div>
      <p className="quiet checkout-hint">
        The error is fatal, so the run takes no more events. Its history contains all applied events, but not the wrong
        answer. Restored from this history, the run has the same id and still waits for an answer. The gateway gets the
        same key again, so it charges nothing twice.
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

/** The message of the machine, if a handler threw. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof RunError) return thrown.reason ?? thrown.message
  return thrown instanceof Error ? thrown.message : String(thrown)
}
