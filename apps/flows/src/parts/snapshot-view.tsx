// The id and the snapshot of a run. Each part is a component with a selection of its own, so that a run that changes
// many times a second renders only the parts that change.

import { useSnapshot } from '@xmachines/react'
import { type ReactElement, useMemo } from 'react'

import { briefPage } from './brief.ts'
import type { ObservedRun } from './observed-run.ts'

interface SnapshotViewProps {
  readonly run: ObservedRun
}

/** Status, sequence and state of a run. */
export function SnapshotView({ run }: SnapshotViewProps): ReactElement {
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
          <Status run={run} />
        </dd>
        <dt>sequence</dt>
        <Sequence run={run} />
        <dt>state</dt>
        <dd>
          <State run={run} />
        </dd>
      </dl>
    </section>
  )
}

function Status({ run }: SnapshotViewProps): ReactElement {
  const status = useSnapshot(run.snapshot, (snapshot) => snapshot.status)
  return (
    <span className="status" data-status={status}>
      {status}
    </span>
  )
}

function Sequence({ run }: SnapshotViewProps): ReactElement {
  return <dd>{useSnapshot(run.snapshot, (snapshot) => snapshot.sequence)}</dd>
}

function State({ run }: SnapshotViewProps): ReactElement {
  const state = useSnapshot(run.snapshot, (snapshot) => snapshot.state)
  const text = useMemo(() => briefPage(state), [state])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
    <pre className="state" tabIndex={0}>
      {text}
    </pre>
  )
}
