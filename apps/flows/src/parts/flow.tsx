// The page of a flow: a title, the flow, and its run beside it.

import type { ReactElement, ReactNode } from 'react'

import { HistoryList } from './history-list.tsx'
import type { ObservedRun } from './observed-run.ts'
import './page.css'
import './parts.css'
import { RefusalList } from './refusals.tsx'
import { SnapshotView } from './snapshot-view.tsx'

interface FlowProps {
  readonly title: string
  /** One or two sentences about what the flow shows. */
  readonly lead: ReactNode
  readonly run: ObservedRun
  readonly children: ReactNode
}

/** Lays out a flow in two columns, or in one on a narrow page. */
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
