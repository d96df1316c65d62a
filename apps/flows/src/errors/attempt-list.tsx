// Attempts, each with what came of it: the message, who told it, and what it did to the sequence, which is nothing.

import type { RunError } from '@xmachines/core'
import type { ReactElement, ReactNode } from 'react'

import type { Attempt } from './attempts.ts'

/** What came of an attempt. */
export interface Outcome {
  /** The sequence of the run on this page, before and after. */
  readonly before: number
  readonly after: number
  /** Why it was refused, as far as that was told. */
  readonly refusal: RunError | undefined
}

interface AttemptListProps<Kind extends Attempt> {
  readonly title: string
  readonly intro?: ReactNode
  readonly attempts: readonly Kind[]
  /** Whether nothing can be tried, because the run has ended. */
  readonly disabled?: boolean
  /** Who tells of a refusal. */
  readonly toldBy: (attempt: Kind) => ReactNode
  readonly outcomeOf: (attempt: Kind) => Outcome | undefined
  readonly onTry: (attempt: Kind) => void
}

/** A list of attempts of one kind. */
export function AttemptList<Kind extends Attempt>({
  title,
  intro,
  attempts,
  disabled = false,
  toldBy,
  outcomeOf,
  onTry,
}: AttemptListProps<Kind>): ReactElement {
  return (
    <section aria-label={title} className="part">
      <h2>{title}</h2>
      {intro !== undefined && <p className="quiet attempts-intro">{intro}</p>}
      <ul className="attempts">
        {attempts.map((attempt) => (
          <li key={attempt.action}>
            <h3>
              <code>{attempt.code}</code>
              {attempt.fatal === true && <span className="fatal">fatal</span>}
            </h3>
            <p className="quiet">{attempt.why}</p>
            <button type="button" disabled={disabled} onClick={() => onTry(attempt)}>
              {attempt.action}
            </button>
            <OutcomeView outcome={outcomeOf(attempt)} toldBy={toldBy(attempt)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface OutcomeViewProps {
  readonly outcome: Outcome | undefined
  readonly toldBy: ReactNode
}

function OutcomeView({ outcome, toldBy }: OutcomeViewProps): ReactElement {
  return (
    <output className="outcome" data-refused={outcome?.refusal !== undefined}>
      {outcome !== undefined && (
        <>
          <span>{outcome.refusal?.message ?? 'It was applied.'}</span>
          <small>
            {outcome.refusal !== undefined && toldBy} The sequence was {outcome.before} before, and is {outcome.after}{' '}
            after it.
          </small>
        </>
      )}
    </output>
  )
}
