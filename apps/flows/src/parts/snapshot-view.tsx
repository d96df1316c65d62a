// The id and the snapshot of a run. Each part is a component with a selection of its own, so that a run that changes
// many times a second renders only the parts that change.

import type { Snapshot } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { type ReactElement, useMemo } from 'react'

import { briefPage } from './brief.ts'
import type { ObservedRun } from './observed-run.ts'
import { Oid } from './oid.tsx'

interface SnapshotViewProps {
  readonly run: ObservedRun
  /** A snapshot from the past, to show instead of the present. */
  readonly past?: Snapshot<unknown> | undefined
}

/** Status, sequence and state of a run. */
export function SnapshotView({ run, past }: SnapshotViewProps): ReactElement {
  return (
    <section aria-label="Run" className="part">
      <h2>Run</h2>
      <dl className="snapshot">
        <div>
          <dt>id</dt>
          <dd>
            <Oid oid={run.id} />
          </dd>
        </div>
        <div>
          <dt>machine</dt>
          <dd>
            {run.machine.name}@{run.machine.version}
          </dd>
        </div>
        <div>
          <dt>sequence</dt>
          <Sequence run={run} past={past} />
        </div>
        <div>
          <dt>status</dt>
          <dd>
            <Status run={run} past={past} />
          </dd>
        </div>
        <div className="whole-state">
          <dt className="unseen">state</dt>
          <dd>
            <State run={run} past={past} />
          </dd>
        </div>
      </dl>
    </section>
  )
}

function Status(shown: SnapshotViewProps): ReactElement {
  const status = useShown(shown, (snapshot) => snapshot.status)
  return (
    <span className="status" data-status={status}>
      {status}
    </span>
  )
}

function Sequence(shown: SnapshotViewProps): ReactElement {
  return <dd>{useShown(shown, (snapshot) => snapshot.sequence)}</dd>
}

function State(shown: SnapshotViewProps): ReactElement {
  const state = useShown(shown, (snapshot) => snapshot.state)
  const text = useMemo(() => briefPage(state), [state])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
    <pre className="state" tabIndex={0}>
      {text}
    </pre>
  )
}

/** A part of the snapshot that is shown. */
function useShown<Part>({ run, past }: SnapshotViewProps, select: (snapshot: Snapshot<unknown>) => Part): Part {
  const present = useSnapshot(run.snapshot, select)
  return past === undefined ? present : select(past)
}
