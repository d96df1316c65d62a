// Refusals, read from a run's `err`: all of them as a list, and the latest beside the control that caused it.

import type { RunError } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { type ReactElement, useEffect, useState } from 'react'

import { follow } from './follow.ts'
import type { ObservedRun } from './observed-run.ts'

/** Every refusal since this was mounted. */
export function RefusalList({ run }: { readonly run: ObservedRun }): ReactElement {
  const refusals = useRefusals(run)
  return (
    <section aria-label="Refusals" className="part">
      <h2>Refusals</h2>
      {refusals.length === 0 ? (
        <p className="quiet">None so far.</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
        <ul className="refusals" tabIndex={0} aria-label="Refused, the newest first">
          {refusals.map((refusal, index) => <Refusal key={index} refusal={refusal} />).toReversed()}
        </ul>
      )}
    </section>
  )
}

/** The latest refusal, read out as it comes, and gone with the next commit. */
export function LatestRefusal({ run }: { readonly run: ObservedRun }): ReactElement {
  const refusals = useRefusals(run)
  const sequence = useSnapshot(run.snapshot, (snapshot) => snapshot.sequence)
  const latest = refusals.at(-1)
  return (
    <div role="alert" className="latest-refusal">
      {/* The key has the same words read out again, when they are refused again. */}
      {latest !== undefined && latest.sequence === sequence && <p key={refusals.length}>{explain(latest)}</p>}
    </div>
  )
}

// A set of ports of its own has an `err` of its own: whoever else reads refusals misses none.
function useRefusals(run: ObservedRun): readonly RunError[] {
  const [refusals, setRefusals] = useState<readonly RunError[]>([])
  useEffect(() => follow(run.ports().err, (refusal) => setRefusals((before) => [...before, refusal])), [run])
  return refusals
}

function Refusal({ refusal }: { readonly refusal: RunError }): ReactElement {
  const { code, message, sequence } = refusal
  return (
    <li>
      <span className="event">{code}</span> <span className="quiet">at sequence {sequence}</span>
      <p>{message}</p>
    </li>
  )
}

/** What the machine said, where it was the machine that refused; and of a batch, that all of it was. */
function explain({ cause, message, batch = [] }: RunError): string {
  const reason = cause instanceof Error ? cause.message : message
  return batch.length > 1 ? `None of these ${batch.length} events was applied. ${reason}` : reason
}
