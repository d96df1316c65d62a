// The count, and a button that shows that counting still works after each refusal. It stays visible while the page
// scrolls.

import type { Snapshot } from '@xmachines/core'
import type { ReactElement } from 'react'

import type { Counter } from './counter.ts'

interface CounterPanelProps {
  readonly snapshot: Snapshot<Counter>
  readonly onCount: () => void
  readonly onNewRun: () => void
}

/** The count as a row of wheels, and a button. */
export function CounterPanel({ snapshot, onCount, onNewRun }: CounterPanelProps): ReactElement {
  const { state, sequence, status } = snapshot
  const ended = status !== 'active'
  return (
    <section aria-label="Counter" className="part counter" data-status={status}>
      <div className="wheels" aria-hidden="true">
        {Array.from(String(state.count).padStart(4, '0'), (digit, index) => (
          <span key={index}>{digit}</span>
        ))}
      </div>
      <output>
        <strong>{state.count}</strong> counted, at sequence {sequence}.{' '}
        <span className="quiet">{ended ? 'The run has ended.' : 'The run is active.'}</span>
      </output>
      {ended ? (
        <button type="button" className="primary" onClick={onNewRun}>
          New run
        </button>
      ) : (
        <button type="button" className="primary" onClick={onCount}>
          Count
        </button>
      )}
    </section>
  )
}
