// Every kind of refusal at the press of a button. A refused batch changes nothing, and the counter keeps working.

import { RunError } from '@xmachines/core'
import { useRefusals, useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, type ReactNode, useEffect, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { AttemptList, type Outcome } from './attempt-list.tsx'
import { type Attempt, type BatchAttempt, badEvents, badHandlers, ends } from './attempts.ts'
import { counter, meddling } from './counter.ts'
import { CounterPanel } from './counter-panel.tsx'
import './errors.css'
import { lateReading, readLate } from './late-reader.ts'
import { restoreTampered, tamperedHistories } from './tampered-histories.ts'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'errors/counter.ts', read: () => import('./counter.ts?raw') },
  { part: 'view', path: 'errors/errors-flow.tsx', read: () => import('./errors-flow.tsx?raw') },
  { part: 'wiring', path: 'errors/attempts.ts', read: () => import('./attempts.ts?raw') },
]

/** The flow: a counter, and one run after another. */
export function ErrorsFlow(): ReactElement {
  const [number, setNumber] = useState(1)
  return <Errors key={number} onNewRun={() => setNumber(number + 1)} />
}

function Errors({ onNewRun }: { readonly onNewRun: () => void }): ReactElement {
  const run = useRun(counter)
  // The `snapshot` port shows a fatal error as a snapshot. `useSnapshot(run)` would throw it to an error boundary.
  const snapshot = useSnapshot(run.snapshot)
  const send = useSend(run)
  const [outcomes, setOutcomes] = useState<Readonly<Record<string, Outcome>>>({})

  useEffect(() => {
    meddling.write = () => run.in.send({ type: 'COUNT' })
  }, [run])

  const sequenceNow = (): number => run.snapshot.current.sequence
  const record = ({ action }: Attempt, before: number, refusal: RunError | undefined): void =>
    setOutcomes((others) => ({ ...others, [action]: { before, after: sequenceNow(), refusal } }))

  useRefusals(run, (refusal) => {
    const attempt = attemptOf(refusal)
    if (attempt !== undefined) record(attempt, refusal.sequence ?? 0, refusal)
  })

  function trySending(attempt: BatchAttempt): void {
    const before = sequenceNow()
    const refusal = send(attempt.batch)
    if (refusal === undefined || !isDeliveredOnErr(attempt)) record(attempt, before, refusal)
  }

  const outcomeOf = ({ action }: Attempt): Outcome | undefined => outcomes[action]
  const batches = { disabled: snapshot.status !== 'active', sourceOf, outcomeOf, onTry: trySending }

  return (
    <Flow
      title="Errors"
      lead="If anything is wrong with a batch, none of it is applied: the history has no gap, the sequence stays the same, and the run continues. Cause an error, and then count."
      code={files}
      run={run}
    >
      <div className="errors">
        <CounterPanel snapshot={snapshot} onCount={() => send({ type: 'COUNT' })} onNewRun={onNewRun} />
        <AttemptList title="In the event" attempts={badEvents} {...batches} />
        <AttemptList title="In a handler" attempts={badHandlers} {...batches} />
        <AttemptList title="At the end of a run" attempts={ends} {...batches} />
        <AttemptList
          title="For a late reader"
          attempts={[lateReading]}
          sourceOf={() => <>The first item that the reader got.</>}
          outcomeOf={outcomeOf}
          onTry={(attempt) => void readLate().then((refusal) => record(attempt, sequenceNow(), refusal))}
        />
        <AttemptList
          title="In a changed history"
          intro={
            <>
              <code>restoreRun</code> replays a history and checks every oid. Here it gets the history of this run with
              one change.
            </>
          }
          attempts={tamperedHistories}
          sourceOf={() => (
            <>
              Thrown by <code>restoreRun</code>.
            </>
          )}
          outcomeOf={outcomeOf}
          onTry={(attempt) => record(attempt, sequenceNow(), restoreTampered(attempt, run.toJSON()))}
        />
      </div>
    </Flow>
  )
}

/** The attempt that caused a refusal, if there is one. */
function attemptOf({ code, fatal, cause }: RunError): BatchAttempt | undefined {
  // MEDDLE causes two refusals: its write, and its own event, whose cause is the first refusal. Only the first counts.
  if (cause instanceof RunError) return undefined
  return [...badEvents, ...badHandlers, ...ends].find((each) => each.code === code && (each.fatal ?? false) === fatal)
}

function isDeliveredOnErr({ code }: Attempt): boolean {
  return code !== 'RUN_DONE'
}

function sourceOf(attempt: Attempt): ReactNode {
  return isDeliveredOnErr(attempt) ? (
    <>
      Delivered by <code>err</code>.
    </>
  ) : (
    <>
      Returned by <code>send</code>.
    </>
  )
}
