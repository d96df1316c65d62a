// The page of a flow: what it is, the flow itself, and beside it the run that is behind it all.

import type { ReactElement, ReactNode } from 'react'

import { HistoryList } from './history-list.tsx'
import type { ObservedRun } from './observed-run.ts'
import './page.css'
import './parts.css'
import { RefusalList } from './refusals.tsx'
import { SnapshotView } from './snapshot-view.tsx'

interface FlowProps {
  readonly title: string
  /** One or two sentences on what there is to see. */
  readonly lead: ReactNode
  readonly run: ObservedRun
  readonly children: ReactNode
}

/** Lays out a flow in two columns where there is room, and in one where there is not. */
export function Flow({ title, lead, run, children }: FlowProps): ReactElement {
  return (
    <main className="flow">
      <header>
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
      </header>
      <div className="columns">
        <div className="column">{children}</div>
        <aside className="column" aria-label="The run">
          <SnapshotView run={run} />
          <HistoryList run={run} />
          <RefusalList run={run} />
        </aside>
      </div>
    </main>
  )
}
