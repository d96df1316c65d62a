// A draft that is kept in IndexedDB: in two tabs side by side, after a reload, and after an update of the app.

import { indexedDbStore } from '@xmachines/indexeddb'
import { type ReactElement, useState } from 'react'

import { FlowPage } from '../parts/flow.tsx'
import { HistoryList } from '../parts/history-list.tsx'
import type { ObservedRun } from '../parts/observed-run.ts'
import { hasRunPanel } from '../parts/run-panel.ts'
import { SnapshotView } from '../parts/snapshot-view.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import './draft.css'
import { rememberVersion, wasUpdated } from './loaded-version.ts'
import { Tab } from './tab.tsx'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'draft/draft.ts', read: () => import('./draft.ts?raw') },
  { part: 'view', path: 'draft/draft-flow.tsx', read: () => import('./draft-flow.tsx?raw') },
  { part: 'wiring', path: 'draft/tab.tsx', read: () => import('./tab.tsx?raw') },
]

interface DraftFlowProps {
  /** The database to keep the draft in. */
  readonly database?: string
}

const tabs = ['Tab 1', 'Tab 2']

/** The flow: two tabs on one draft, and what is kept. */
export function DraftFlow({ database = 'flows-draft' }: DraftFlowProps): ReactElement {
  /** How often each tab was loaded. */
  const [loads, setLoads] = useState<readonly number[]>([0, 0])
  const [isUpdated, setUpdated] = useState(() => wasUpdated(database))
  const [run, setRun] = useState<ObservedRun>()

  const reload = (at?: number): void =>
    setLoads((before) => before.map((count, index) => (at === undefined || index === at ? count + 1 : count)))

  function load(version: 1 | 2): void {
    rememberVersion(database, version)
    setUpdated(version === 2)
    reload()
  }

  async function startOver(): Promise<void> {
    const store = indexedDbStore({ name: database })
    try {
      await store.rename('draft', await store.name('draft'), undefined)
    } catch {
      // The draft is in memory only: the tabs say why.
    }
    store.close()
    load(1)
  }

  return (
    <FlowPage
      title="Draft that survives"
      lead="What you type is kept in this browser. It is there after a reload, in another tab, and after an update of the app. Both tabs below share one run."
      code={files}
    >
      <div className="draft-tabs">
        {tabs.map((name, at) => (
          <Tab
            key={`${name} ${loads[at]}`}
            name={name}
            database={database}
            isUpdated={isUpdated}
            onReload={() => reload(at)}
            {...(at === 0 && { onRun: setRun })}
          />
        ))}
      </div>
      <div className="actions draft-actions">
        <button type="button" className="primary" disabled={isUpdated} onClick={() => load(2)}>
          Update the app to version 2
        </button>
        <button type="button" onClick={() => window.open(window.location.href)}>
          Open another window
        </button>
        <button type="button" onClick={() => void startOver()}>
          Start over
        </button>
      </div>
      <p className="quiet draft-note">
        Version 2 has one more field, and other names for its events. Its code says how the old events are called now,
        so the draft goes on. The run of version 1 stays in the database.
      </p>
      {run !== undefined && !hasRunPanel && (
        <div className="columns" key={run.id}>
          <div className="column">
            <SnapshotView run={run} />
          </div>
          <aside className="column" aria-label="The run">
            <HistoryList run={run} />
          </aside>
        </div>
      )}
    </FlowPage>
  )
}
