// The snapshot of a run, with its id: the latest truth, and whose it is.

import { useSnapshot } from '@xmachines/react'
import { type ReactElement, useMemo } from 'react'

import { briefPage } from './brief.ts'
import type { ObservedRun } from './observed-run.ts'

/** Status, sequence and state of a run. */
export function SnapshotView({ run }: { readonly run: ObservedRun }): ReactElement {
  const { status, sequence, state } = useSnapshot(run.snapshot)
  const text = useMemo(() => briefPage(state), [state])
  return (
    <section aria-label="Run" className="part">
      <h2>Run</h2>
      <dl className="snapshot">
        <dt>id</dt>
        <dd>
          <code className="oid">{run.id}</code>
        </dd>
        <dt>machine</dt>
        <dd>
          {run.machine.name}@{run.machine.version}
        </dd>
        <dt>status</dt>
        <dd>
          <span className="status" data-status={status}>
            {status}
          </span>
        </dd>
        <dt>sequence</dt>
        <dd>{sequence}</dd>
        <dt>state</dt>
        <dd>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus */}
          <pre className="state" tabIndex={0}>
            {text}
          </pre>
        </dd>
      </dl>
    </section>
  )
}
