// Refusals, read from a run's `err`: the latest as a list, and the very latest beside the control that caused it.

import type { RunError } from '@xmachines/core'
import { useRunError, useSnapshot } from '@xmachines/react'
import { memo, type ReactElement, useEffect, useRef, useState } from 'react'

import type { ObservedRun } from './observed-run.ts'
import { onceAFrame } from './once-a-frame.ts'

/** How many refusals are shown. */
const MOST_REFUSALS = 100

/** A refusal, and which it was of those that a component was told of, from 1. */
interface Told {
  readonly refusal: RunError
  readonly number: number
}

/** The newest refusals of a run, the oldest of them first. */
interface Refusals {
  readonly run: ObservedRun
  readonly newest: readonly Told[]
}

/** The refusals since this was mounted, of which the newest are shown. */
export function RefusalList({ run }: { readonly run: ObservedRun }): ReactElement {
  const refusals = useRefusals(run)
  const older = (refusals.at(0)?.number ?? 1) - 1
  return (
    <section aria-label="Refusals" className="part">
      <h2>Refusals</h2>
      {refusals.length === 0 ? (
        <p className="quiet">None so far.</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
        <ul className="refusals" tabIndex={0} aria-label="Refused, the newest first">
          {refusals.map(({ refusal, number }) => <Refusal key={number} refusal={refusal} />).toReversed()}
        </ul>
      )}
      {older > 0 && <p className="quiet older">and {older.toLocaleString('en')} older</p>}
    </section>
  )
}

/** The latest refusal, read out as it comes, and gone with the next commit. */
export function LatestRefusal({ run }: { readonly run: ObservedRun }): ReactElement {
  const latest = useRefusals(run).at(-1)
  const sequence = useSnapshot(run.snapshot, (snapshot) => snapshot.sequence)
  return (
    <div role="alert" className="latest-refusal">
      {/* The key has the same words read out again, when they are refused again. */}
      {latest?.refusal.sequence === sequence && <p key={latest.number}>{explain(latest.refusal)}</p>}
    </div>
  )
}

/** The newest refusals, oldest first: shown once a frame and not one by one, however many there are. */
function useRefusals(run: ObservedRun): readonly Told[] {
  const [shown, setShown] = useState<Refusals>({ run, newest: [] })
  const told = useRef(shown)
  const [show] = useState(() => onceAFrame(setShown))
  useRunError(run, (refusal) => {
    const { newest } = told.current.run === run ? told.current : { newest: [] }
    const number = (newest.at(-1)?.number ?? 0) + 1
    told.current = { run, newest: [...newest.slice(1 - MOST_REFUSALS), { refusal, number }] }
    show(told.current)
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

/** What the machine said, where it was the machine that refused; and of a batch, that all of it was. */
function explain({ cause, message, batch = [] }: RunError): string {
  const reason = cause instanceof Error ? cause.message : message
  return batch.length > 1 ? `None of these ${batch.length} events was applied. ${reason}` : reason
}
