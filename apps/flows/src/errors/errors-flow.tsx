// Every kind of refusal, at the press of a button. What is refused changes nothing, and the counter counts on.

import { RunError } from '@xmachines/core'
import { useRun, useRunError, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, type ReactNode, useEffect, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import { AttemptList, type Outcome } from './attempt-list.tsx'
import { type Attempt, type BatchAttempt, badEvents, badHandlers, ends } from './attempts.ts'
import { counter, meddling } from './counter.ts'
import { CounterPanel } from './counter-panel.tsx'
import './errors.css'
import { lateReading, readLate } from './late-reader.ts'
import { restoreTampered, tamperedHistories } from './tampered-histories.ts'

/** The flow: a counter, and one run after another. */
export function ErrorsFlow(): ReactElement {
  const [number, setNumber] = useState(1)
  return <Errors key={number} onNewRun={() => setNumber(number + 1)} />
}

function Errors({ onNewRun }: { readonly onNewRun: () => void }): ReactElement {
  const run = useRun(counter)
  // The port of a run shows a fatal end as a snapshot; of the run itself it would be thrown to an error boundary.
  const snapshot = useSnapshot(run.snapshot)
  const send = useSend(run)
  const [outcomes, setOutcomes] = useState<Readonly<Record<string, Outcome>>>({})

  useEffect(() => {
    meddling.write = () => run.in.send({ type: 'COUNT' })
  }, [run])

  const sequenceNow = (): number => run.snapshot.current.sequence
  const note = ({ action }: Attempt, before: number, refusal: RunError | undefined): void =>
    setOutcomes((others) => ({ ...others, [action]: { before, after: sequenceNow(), refusal } }))

  useRunError(run, (refusal) => {
    const attempt = attemptOf(refusal)
    if (attempt !== undefined) note(attempt, refusal.sequence ?? 0, refusal)
  })

  function trySending(attempt: BatchAttempt): void {
    const before = sequenceNow()
    const refusal = send(attempt.batch)
    if (refusal === undefined || !isToldOnErr(attempt)) note(attempt, before, refusal)
  }

  const outcomeOf = ({ action }: Attempt): Outcome | undefined => outcomes[action]
  const batches = { disabled: snapshot.status !== 'active', toldBy: tellerOf, outcomeOf, onTry: trySending }

  return (
    <Flow
      title="Errors"
      lead="Whatever goes wrong with a batch, none of it is applied: the history has no hole, the sequence stays, and the run goes on. Try it, and then count."
      run={run}
    >
      <div className="errors">
        <CounterPanel snapshot={snapshot} onCount={() => send({ type: 'COUNT' })} onNewRun={onNewRun} />
        <AttemptList title="At the door" attempts={badEvents} {...batches} />
        <AttemptList title="In a handler" attempts={badHandlers} {...batches} />
        <AttemptList title="At the end of a run" attempts={ends} {...batches} />
        <AttemptList
          title="For a reader that comes late"
          attempts={[lateReading]}
          toldBy={() => <>The first thing that it read.</>}
          outcomeOf={outcomeOf}
          onTry={(attempt) => void readLate().then((refusal) => note(attempt, sequenceNow(), refusal))}
        />
        <AttemptList
          title="From a history that was tampered with"
          intro={
            <>
              <code>restoreRun</code> replays a history and checks every oid on the way. Here it gets that of this run,
              with one thing changed.
            </>
          }
          attempts={tamperedHistories}
          toldBy={() => (
            <>
              Thrown by <code>restoreRun</code>.
            </>
          )}
          outcomeOf={outcomeOf}
          onTry={(attempt) => note(attempt, sequenceNow(), restoreTampered(attempt, run.toJSON()))}
        />
      </div>
    </Flow>
  )
}

/** Which attempt a refusal answers, if any. */
function attemptOf({ code, fatal, cause }: RunError): BatchAttempt | undefined {
  // An event whose handler passes on a refusal is refused as well; the first of the two says why.
  if (cause instanceof RunError) return undefined
  return [...badEvents, ...badHandlers, ...ends].find((each) => each.code === code && (each.fatal ?? false) === fatal)
}

function isToldOnErr({ code }: Attempt): boolean {
  return code !== 'RUN_DONE'
}

function tellerOf(attempt: Attempt): ReactNode {
  return isToldOnErr(attempt) ? (
    <>
      Told on <code>err</code>.
    </>
  ) : (
    <>
      Returned by <code>send</code>.
    </>
  )
}
