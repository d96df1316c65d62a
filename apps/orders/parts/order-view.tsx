'use client'

// An order: rendered by the server from its history, and live from there on.

import type { HistoryRecord } from '@xmachines/core'
import { type ConnectedRun, pendingIn } from '@xmachines/http'
import { useSnapshot } from '@xmachines/react'
import { useConnectedRun, useConnection } from '@xmachines/react/connected'
import type { OrderEvent } from '../order/events.ts'
import { happeningsOf } from '../order/history.ts'
import { type Order, type OrderOutput, order } from '../order/order.ts'
import { placeNames } from '../order/places.ts'
import type { Person } from '../server/people.ts'
import { Diagram } from './diagram.tsx'
import { HistoryList } from './history-list.tsx'
import { Inspector } from './inspector.tsx'
import { OrderControls } from './order-controls.tsx'
import { Receipt } from './receipt.tsx'
import { RunFiles } from './run-files.tsx'

export type OrderRun = ConnectedRun<Order, OrderEvent, OrderOutput>

export interface OrderViewProps {
  readonly id: string
  readonly history: readonly HistoryRecord<OrderEvent>[]
  /** `customer` for the one whose order it is, a name for the staff, undefined for whoever has the link. */
  readonly by: string | undefined
  readonly formKey: string
  /** Undefined if it is deleted, or not for this reader. */
  readonly person: Person | undefined
  /** The commands that show the order where it is kept. */
  readonly commands: readonly string[]
}

export function OrderView({ id, history, by, formKey, person, commands }: OrderViewProps) {
  const store = typeof document === 'undefined' ? undefined : pendingIn(localStorage)
  const run: OrderRun = useConnectedRun(`/api/r/${id}`, order, { history, store })
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  // Renders again when the server confirms what was shown ahead of it.
  const { pending } = useConnection(run)
  const { records } = run.toJSON()
  return (
    <>
      <div className="heading">
        <h1>
          Order <code>{id.slice(0, 8)}</code>
        </h1>
        <output className="pill" data-at={state.at}>
          {placeNames[state.at]}
        </output>
        <Connection run={run} />
      </div>
      <div className="columns order">
        <div>
          <OrderControls run={run} state={state} by={by} formKey={formKey} />
          <Receipt state={state} id={id} person={person} by={by} />
          <RunFiles run={run} commands={commands} />
        </div>
        <div>
          <section className="card" aria-labelledby="diagram-title">
            <h2 id="diagram-title">Where it is</h2>
            <Diagram at={state.at} />
          </section>
          <section className="card" aria-labelledby="history-title">
            <h2 id="history-title">What happened</h2>
            <HistoryList happenings={happeningsOf(records)} pending={pending} />
          </section>
          <Inspector run={run} />
        </div>
      </div>
    </>
  )
}

function Connection({ run }: { run: OrderRun }) {
  const { connection, pending, problem, isClosed } = useConnection(run)
  if (isClosed) return <p className="line off">Not connected: {problem?.message ?? 'the connection was closed'}</p>
  if (connection === 'offline') {
    const waiting = pending === 0 ? '' : ` What you did (${pending}) is kept, and sent then.`
    return <p className="line off">The shop cannot be reached at the moment.{waiting}</p>
  }
  return <p className={`line ${connection}`}>{connection === 'live' ? 'Live' : 'Connecting'}</p>
}
