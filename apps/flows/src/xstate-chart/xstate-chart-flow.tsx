// A chart of XState, unchanged, as a run. A reload while it works starts its timer and its promise again.

import { indexedDbStore } from '@xmachines/indexeddb'
import { type ReactElement, Suspense, useState } from 'react'

import { FlowPage } from '../parts/flow.tsx'
import { HistoryList } from '../parts/history-list.tsx'
import type { ObservedRun } from '../parts/observed-run.ts'
import { hasRunPanel } from '../parts/run-panel.ts'
import { SnapshotView } from '../parts/snapshot-view.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { ChartDiagram } from './chart-diagram.tsx'
import { CoffeePanel } from './coffee-panel.tsx'
import './xstate-chart.css'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'xstate-chart/coffee.ts', read: () => import('./coffee.ts?raw') },
  { part: 'view', path: 'xstate-chart/xstate-chart-flow.tsx', read: () => import('./xstate-chart-flow.tsx?raw') },
  { part: 'wiring', path: 'xstate-chart/coffee-panel.tsx', read: () => import('./coffee-panel.tsx?raw') },
]

interface XStateChartFlowProps {
  /** The database to keep the run in. */
  readonly database?: string
}

/** The flow: a coffee machine, a button that loads it anew, and its run. */
export function XStateChartFlow({ database = 'flows-coffee' }: XStateChartFlowProps): ReactElement {
  const [loads, setLoads] = useState(0)
  const [run, setRun] = useState<ObservedRun>()
  const showsRun = run !== undefined && !hasRunPanel
  return (
    <FlowPage
      title="A chart from XState"
      lead="The chart is as XState has it: parallel states, a timer and an invoked promise. Its events are a history in this browser. Reload while it works: the timer and the promise start again."
      code={files}
    >
      <div className={run === undefined ? undefined : 'columns'}>
        <div className="column">
          <section aria-label="Coffee machine" className="part coffee">
            <Loaded key={loads} database={database} onRun={setRun} />
            <button type="button" onClick={() => setLoads(loads + 1)}>
              Reload
            </button>
          </section>
          {showsRun && <SnapshotView key={run.id} run={run} />}
        </div>
        {run !== undefined && (
          <aside className="column" aria-label="The run">
            <ChartDiagram run={run} />
            {showsRun && <HistoryList key={run.id} run={run} />}
          </aside>
        )}
      </div>
    </FlowPage>
  )
}

interface LoadedProps {
  readonly database: string
  readonly onRun: (run: ObservedRun) => void
}

/** The coffee machine with a store of its own, as a loaded page has. */
function Loaded({ database, onRun }: LoadedProps): ReactElement {
  const [store] = useState(() => indexedDbStore({ name: database }))
  return (
    <Suspense fallback={<p className="quiet">Opening the run …</p>}>
      <CoffeePanel store={store} onRun={onRun} />
    </Suspense>
  )
}
