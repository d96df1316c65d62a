// The refusals of a run: a list of the newest, and the latest one for display beside the control that caused it.

import type { RunError } from '@xmachines/core'
import { useRefusals, useSnapshot } from '@xmachines/react'
import { memo, type ReactElement, useEffect, useRef, useState } from 'react'

import type { ObservedRun } from './observed-run.ts'
import { onceAFrame } from './once-a-frame.ts'

/** The most refusals that are shown. */
const MOST_REFUSALS = 100

/** A refusal and its number, counted from 1 since the component mounted. */
interface NumberedRefusal {
  readonly refusal: RunError
  readonly number: number
}

/** The newest refusals of a run, oldest first. */
interface RefusalsOfRun {
  readonly run: ObservedRun
  readonly newest: readonly NumberedRefusal[]
}

/** Lists the newest refusals since this was mounted; nothing before the first. */
export function RefusalList({ run }: { readonly run: ObservedRun }): ReactElement | undefined {
  const refusals = useNewestRefusals(run)
  if (refusals.length === 0) return undefined
  const older = (refusals.at(0)?.number ?? 1) - 1
  return (
    <section aria-label="Refusals" className="part">
      <h2>Refusals</h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus */}
      <ul className="refusals" tabIndex={0} aria-label="Refusals, newest first">
        {refusals.map(({ refusal, number }) => <Refusal key={number} refusal={refusal} />).toReversed()}
      </ul>
      {older > 0 && <p className="quiet older">and {older.toLocaleString('en')} older</p>}
    </section>
  )
}

/** The latest refusal. Screen readers announce it, and the next commit clears it. */
export function LatestRefusal({ run }: { readonly run: ObservedRun }): ReactElement {
  const latest = useNewestRefusals(run).at(-1)
  const sequence = useSnapshot(run.snapshot, (snapshot) => snapshot.sequence)
  return (
    <div role="alert" className="latest-refusal">
      {/* The key makes a screen reader announce the same words again after the same refusal. */}
      {latest?.refusal.sequence === sequence && <p key={latest.number}>{explain(latest.refusal)}</p>}
    </div>
  )
}

/** The newest refusals, oldest first. Updates at most once a frame, however many there are. */
function useNewestRefusals(run: ObservedRun): readonly NumberedRefusal[] {
  const [shown, setShown] = useState<RefusalsOfRun>({ run, newest: [] })
  const received = useRef(shown)
  const [show] = useState(() => onceAFrame(setShown))
  useRefusals(run, (refusal) => {
    const { newest } = received.current.run === run ? received.current : { newest: [] }
    const number = (newest.at(-1)?.number ?? 0) + 1
    received.current = { run, newest: [...newest.slice(1 - MOST_REFUSALS), { refusal, number }] }
    show(received.current)
  })
  useEffect(() => show.cancel, [show])
  return shown.run === run ? shown.newest : []
}

const Refusal = memo(function Refusal({ refusal }: { readonly refusal: RunError }): ReactElement {
  const { code, message, sequence } = refusal
  return (
    <li>
      <span className="event">{code}</span> <span className="quiet">at sequence {sequence}</span>
      <p>{message}</p>
    </li>
  )
})

/** The reason of the machine, if it refused by a rule; for a batch, also that none of it was applied. */
function explain({ reason, message, batch = [] }: RunError): string {
  const why = reason ?? message
  return batch.length > 1 ? `None of the ${batch.length} events was applied. ${why}` : why
}
