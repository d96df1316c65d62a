// A time machine for any run of any machine: its history on a slider, the state and the events of each commit, a
// replay, and branches and copies from any commit.

import type { Run, RunEvent } from '@xmachines/core'
import { type Send, useSend, useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

import type { Moment } from '../parts/moments.ts'
import { LatestRefusal } from '../parts/refusals.tsx'
import { Slider } from '../parts/slider.tsx'
import type { Travel } from '../parts/travel.ts'
import { CommitView } from './commit-view.tsx'

interface TimeMachineProps<State, Event extends RunEvent, Output, Input> {
  readonly run: Run<State, Event, Output, Input>
  readonly moments: readonly Moment<State, Event>[]
  readonly travel: Travel
  /** Shows a state. Without `send` it is a state in the past, which cannot be changed. */
  readonly show: (state: State, send: Send<Event> | undefined) => ReactElement
  readonly onBranch: (sequence: number) => void
  readonly onCopy: (sequence: number) => void
}

/** Travels in the history of a run. */
export function TimeMachine<State, Event extends RunEvent, Output, Input>({
  run,
  moments,
  travel,
  show,
  onBranch,
  onCopy,
}: TimeMachineProps<State, Event, Output, Input>): ReactElement {
  const present = useSnapshot(run.snapshot, (snapshot) => snapshot.state)
  const send = useSend(run)
  const last = Math.max(0, moments.length - 1)
  const sequence = travel.sequence ?? last
  const moment = moments[sequence]
  const isPast = travel.sequence !== undefined && moment !== undefined
  // The moments may be behind the present.
  const here = (): number => (isPast ? sequence : run.snapshot.current.sequence)

  return (
    <section aria-label="Time machine" className="part time-machine" data-past={isPast}>
      <p className="era">{isPast ? `The past, at commit ${sequence}` : 'The present'}</p>
      <div className="stage">
        {isPast ? show(moment.snapshot.state, undefined) : show(present, send)}
        <LatestRefusal run={run} />
      </div>
      <Slider
        label="Commit"
        value={sequence}
        min={0}
        max={last}
        meaning={isPast ? `${sequence} of ${last}` : `${last}, the present`}
        onChange={travel.go}
      />
      <div className="actions">
        <button type="button" className="primary" disabled={last === 0} onClick={travel.toggleReplay}>
          {travel.isReplaying ? 'Pause' : 'Replay'}
        </button>
        <button type="button" disabled={!isPast} onClick={travel.returnToPresent}>
          Back to the present
        </button>
      </div>
      {moment !== undefined && <CommitView record={moment.record} sequence={sequence} />}
      <div className="actions">
        <button type="button" onClick={() => onBranch(here())}>
          Branch here
        </button>
        <button type="button" onClick={() => onCopy(here())}>
          Copy up to here
        </button>
      </div>
      <p className="quiet hint">
        A branch is a new run with its own id and the same events up to here; its genesis names this commit. A copy is
        the same run with the same id, as it was here.
      </p>
    </section>
  )
}
