// A thousand cells on one run, and what a change of one, many or all of them renders.

import type { Run } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useEffect, useState, useSyncExternalStore } from 'react'

import { Figures } from '../parts/figures.tsx'
import { Flow } from '../parts/flow.tsx'
import { FrameMeter } from '../parts/frame-meter.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { BURST, burstOfEvents, oneForEach } from './burst.ts'
import { CellGrid } from './cell-grid.tsx'
import { type Cells, type CellsEvent, cells } from './cells.ts'
import './cells.css'
import { createTally, type Tally } from './tally.ts'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'cells/cells.ts', read: () => import('./cells.ts?raw') },
  { part: 'view', path: 'cells/cell-grid.tsx', read: () => import('./cell-grid.tsx?raw') },
  { part: 'wiring', path: 'cells/cells-flow.tsx', read: () => import('./cells-flow.tsx?raw') },
]

/** The flow: the cells, and counts of commits and renders. */
export function CellsFlow(): ReactElement {
  const run = useRun(cells)
  const send = useSend(run)
  const [tally] = useState(createTally)
  const [bursting, setBursting] = useState(false)
  useBurst(run, bursting, () => setBursting(false))

  function change(batch: CellsEvent | readonly CellsEvent[]): void {
    tally.begin(run.snapshot.current.sequence)
    send(batch)
  }

  function burst(): void {
    tally.begin(run.snapshot.current.sequence)
    setBursting(true)
  }

  return (
    <Flow
      title="Thousand cells"
      lead="Each cell is a component that selects its own count from one run. Click a cell, and only that cell renders. Pipe a thousand events in, and the page shows them frame by frame."
      code={files}
      run={run}
    >
      <section aria-label="Cells" className="part">
        <CellGrid run={run} tally={tally} onCount={(place) => change({ type: 'COUNT', ...place })} />
        <div className="legend quiet" aria-hidden="true">
          <span>0</span>
          {heats.map((heat) => (
            <i key={heat} data-heat={heat} />
          ))}
          <span>9 or more</span>
        </div>
        <div className="actions">
          <button type="button" className="primary" disabled={bursting} onClick={burst}>
            Pipe {BURST.toLocaleString('en')} events
          </button>
          <button type="button" disabled={bursting} onClick={() => change(oneForEach())}>
            Count all in one batch
          </button>
          <button type="button" disabled={bursting} onClick={() => change({ type: 'CLEAR' })}>
            Clear
          </button>
        </div>
      </section>
      <section aria-label="Renders" className="part">
        <h2>Renders of the latest change</h2>
        <RenderFigures run={run} tally={tally} />
      </section>
      <section aria-label="Frames" className="part">
        <h2>Frames while events are piped in</h2>
        <FrameMeter run={run} measuring={bursting} />
      </section>
    </Flow>
  )
}

const heats = Array.from({ length: 10 }, (_, heat) => heat)

/** Pipes a burst into a set of ports of its own, while `bursting`. */
function useBurst(run: Run<Cells, CellsEvent>, bursting: boolean, onEnd: () => void): void {
  useEffect(() => {
    if (!bursting) return
    const stop = new AbortController()
    void burstOfEvents()
      .pipeTo(run.ports().in, { signal: stop.signal })
      .then(onEnd, () => undefined)
    return () => stop.abort()
    // oxlint-disable-next-line react/exhaustive-deps -- a burst continues across renders
  }, [run, bursting])
}

// This comes after the cells on the page, so its effects run after theirs, when their renders are counted.
function RenderFigures({ run, tally }: { readonly run: Run<Cells, CellsEvent>; readonly tally: Tally }): ReactElement {
  const sequence = useSnapshot(run, (snapshot) => snapshot.sequence)
  const { commits, updates, cells: rendered } = useSyncExternalStore(tally.subscribe, tally.figures)
  useEffect(() => tally.shown(sequence), [tally, sequence])
  return (
    <Figures
      figures={[
        ['commits', commits.toLocaleString('en')],
        ['page updates', updates.toLocaleString('en')],
        ['cells rendered', rendered.toLocaleString('en')],
      ]}
    />
  )
}
