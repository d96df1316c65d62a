// Three senders on one run. Each has ports and a lock of its own; they serialize at one point, and the history is the
// order in which they came.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

import { Flow } from '../parts/flow.tsx'
import { LatestRefusal } from '../parts/refusals.tsx'
import type { Ticker } from '../parts/ticker.ts'
import { ButtonGate, StreamGate, TimerGate } from './gates.tsx'
import { CAPACITY, type Stadium, stadium } from './stadium.ts'
import './turnstiles.css'

interface TurnstilesFlowProps {
  /** When the timer lets one in, and when the stream has the next. */
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
      lead="Three senders write into one run at once, each through ports of its own. Whoever holds one lock bothers nobody else: all batches pass one point, one after another, and none is lost."
      run={run}
    >
      <section aria-label="Stadium" className="part stadium">
        <Seats seats={seats} />
        <div className="stadium-words">
          <output>
            <strong>{seats.length}</strong> of {CAPACITY} seats are taken.
          </output>
          <button type="button" disabled={seats.length === 0} onClick={() => send({ type: 'EMPTY' })}>
            Send all home
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

/** The seats in the order in which they are taken, in the colour of the turnstile. */
function Seats({ seats }: Stadium): ReactElement {
  return (
    <ol className="seats" aria-label="Seats, in the order in which they were taken">
      {Array.from({ length: CAPACITY }, (_, index) => (
        <li key={index} data-gate={seats[index]}>
          <span className="hidden">{seats[index] ?? 'free'}</span>
        </li>
      ))}
    </ol>
  )
}
