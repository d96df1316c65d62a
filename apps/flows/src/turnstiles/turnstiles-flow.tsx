// Three senders on one run. Each has its own ports and its own lock. The run applies one batch after another, and the
// history has them in this order.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

import { Flow } from '../parts/flow.tsx'
import { LatestRefusal } from '../parts/refusals.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import type { Ticker } from '../parts/ticker.ts'
import { ButtonGate, StreamGate, TimerGate } from './gates.tsx'
import { CAPACITY, type Stadium, stadium } from './stadium.ts'
import './turnstiles.css'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'turnstiles/stadium.ts', read: () => import('./stadium.ts?raw') },
  { part: 'view', path: 'turnstiles/turnstiles-flow.tsx', read: () => import('./turnstiles-flow.tsx?raw') },
  { part: 'wiring', path: 'turnstiles/use-turnstile.ts', read: () => import('./use-turnstile.ts?raw') },
]

interface TurnstilesFlowProps {
  /** The ticks of the timer, and of the stream. */
  readonly timer: Ticker
  readonly stream: Ticker
}

/** The flow: a stadium and its turnstiles. */
export function TurnstilesFlow({ timer, stream }: TurnstilesFlowProps): ReactElement {
  const run = useRun(stadium)
  const seats = useSnapshot(run, ({ state }) => state.seats)
  const send = useSend(run)
  return (
    <Flow
      title="Turnstiles"
      lead="Three senders write to one run at the same time, each through its own ports. A lock on one port does not block the others. The run applies all batches one after another, and none is lost."
      code={files}
      run={run}
    >
      <section aria-label="Stadium" className="part stadium">
        <Seats seats={seats} />
        <div className="stadium-words">
          <output>
            <strong>{seats.length}</strong> of {CAPACITY} seats are taken.
          </output>
          <button type="button" disabled={seats.length === 0} onClick={() => send({ type: 'EMPTY' })}>
            Send everybody home
          </button>
        </div>
        <LatestRefusal run={run} />
      </section>
      <div className="gates">
        <ButtonGate run={run} />
        <TimerGate run={run} ticker={timer} />
        <StreamGate run={run} ticker={stream} />
      </div>
    </Flow>
  )
}

/** The seats in the order in which they are taken, each in the colour of its turnstile. */
function Seats({ seats }: Stadium): ReactElement {
  return (
    <ol className="seats" aria-label="Seats, in the order in which they were taken">
      {Array.from({ length: CAPACITY }, (_, index) => (
        <li key={index} data-gate={seats[index]}>
          <span className="unseen">{seats[index] ?? 'free'}</span>
        </li>
      ))}
    </ol>
  )
}
