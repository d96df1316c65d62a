// The page of a flow: a title, the flow with its run beside it, and its source text on a second tab.

import type { Snapshot } from '@xmachines/core'
import { type ReactElement, type ReactNode, useId, useState } from 'react'

import { HistoryList, type PastPlace } from './history-list.tsx'
import type { ObservedRun } from './observed-run.ts'
import './page.css'
import './parts.css'
import { RefusalList } from './refusals.tsx'
import { hasRunPanel } from './run-panel.ts'
import { SnapshotView } from './snapshot-view.tsx'
import { type SourceFile, Sources } from './sources.tsx'
import { Tabs } from './tabs.tsx'

interface FlowPageProps {
  readonly title: string
  /** One or two sentences about what the flow shows. */
  readonly lead: ReactNode
  /** The files to read, the machine first. */
  readonly code: readonly SourceFile[]
  readonly children: ReactNode
}

/** A page with a title and two tabs: the flow, and its source text. */
export function FlowPage({ title, lead, code, children }: FlowPageProps): ReactElement {
  const [tab, choose] = useState(0)
  const id = useId()
  return (
    <main className="flow">
      <div className="page">
        <header>
          <h1>{title}</h1>
          <Tabs label="Views" names={['Flow', 'Code']} chosen={tab} onChoose={choose} panel={id} />
          <p className="lead">{lead}</p>
        </header>
        <div id={id} role="tabpanel" aria-label={tab === 0 ? 'Flow' : 'Code'}>
          {/* The flow continues while its source text is shown. */}
          <div hidden={tab !== 0}>{children}</div>
          {tab === 1 && <Sources files={code} />}
        </div>
      </div>
    </main>
  )
}

interface FlowProps extends FlowPageProps {
  readonly run: ObservedRun
  /** What is shown beside the flow, above its run: the diagram of the machine. */
  readonly beside?: ReactNode
  /** The commit of the past that the flow shows, so that its run is shown as it was then. */
  readonly past?: Past | undefined
  /** Whether to show the run on the page, even if Storybook's panel is beside it. */
  readonly isAboutHistory?: boolean
}

interface Past extends PastPlace {
  readonly snapshot: Snapshot<unknown>
}

/** Lays out a flow in two columns, or in one on a narrow page. */
export function Flow({ run, beside, past, isAboutHistory = false, children, ...page }: FlowProps): ReactElement {
  const showsRun = isAboutHistory || !hasRunPanel
  const flow = <div className="column">{children}</div>
  if (!showsRun && beside === undefined) return <FlowPage {...page}>{flow}</FlowPage>
  return (
    <FlowPage {...page}>
      <div className="columns">
        {flow}
        <aside className="column" aria-label="The run">
          {beside}
          {showsRun && (
            <>
              <SnapshotView run={run} past={past?.snapshot} />
              <HistoryList run={run} past={past} />
              <RefusalList run={run} />
            </>
          )}
        </aside>
      </div>
    </FlowPage>
  )
}
