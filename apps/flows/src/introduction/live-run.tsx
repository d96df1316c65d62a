// A small live run for the introduction: a lift, with its snapshot and its history.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

import { HistoryList } from '../parts/history-list.tsx'
import '../parts/page.css'
import '../parts/parts.css'
import { LatestRefusal } from '../parts/refusals.tsx'
import { SnapshotView } from '../parts/snapshot-view.tsx'
import './introduction.css'
import { lift, TOP } from './lift.ts'

/** A lift and its run. */
export function LiveRun(): ReactElement {
  const run = useRun(lift)
  const floor = useSnapshot(run, ({ state }) => state.floor)
  const send = useSend(run)
  return (
    <div className="flow inline live-run sb-unstyled">
      <section aria-label="Lift" className="part">
        <div className="lift-ride">
          <div className="lift-shaft" aria-hidden="true">
            <div className="lift-car" style={{ translate: `0 ${(TOP - floor) * 100}%` }} />
          </div>
          <div className="lift-controls">
            <output>
              The lift is on <strong>{floors[floor]}</strong>.
            </output>
            <button type="button" className="primary" onClick={() => send({ type: 'UP' })}>
              Up
            </button>
            <button type="button" onClick={() => send({ type: 'DOWN' })}>
              Down
            </button>
            <button type="button" onClick={() => send([{ type: 'UP' }, { type: 'UP' }])}>
              Up two floors, or none
            </button>
          </div>
        </div>
        <LatestRefusal run={run} />
      </section>
      <SnapshotView run={run} />
      <HistoryList run={run} />
    </div>
  )
}

const floors = ['the ground floor', 'the first floor', 'the second floor', 'the top floor']
