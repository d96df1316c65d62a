// A list of attempts. Each shows its result: the message, where it came from, and that the sequence did not change.

import type { RunError } from '@xmachines/core'
import type { ReactElement, ReactNode } from 'react'

import type { Attempt } from './attempts.ts'

/** The result of an attempt. */
export interface Outcome {
  /** The sequence of the run on this page, before and after. */
  readonly before: number
  readonly after: number
  /** The refusal, if there was one. */
  readonly refusal: RunError | undefined
}

interface AttemptListProps<Kind extends Attempt> {
  readonly title: string
  readonly intro?: ReactNode
  readonly attempts: readonly Kind[]
  /** Whether the buttons are disabled, because the run has ended. */
  readonly disabled?: boolean
  /** Says where the refusal came from. */
  readonly sourceOf: (attempt: Kind) => ReactNode
  readonly outcomeOf: (attempt: Kind) => Outcome | undefined
  readonly onTry: (attempt: Kind) => void
}

/** A list of attempts of one kind. */
export function AttemptList<Kind extends Attempt>({
  title,
  intro,
  attempts,
  disabled = false,
  sourceOf,
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
            <OutcomeView outcome={outcomeOf(attempt)} source={sourceOf(attempt)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface OutcomeViewProps {
  readonly outcome: Outcome | undefined
  readonly source: ReactNode
}

function OutcomeView({ outcome, source }: OutcomeViewProps): ReactElement {
  return (
    <output className="outcome" data-refused={outcome?.refusal !== undefined}>
      {outcome !== undefined && (
        <>
          <span>{outcome.refusal?.message ?? 'The batch was applied.'}</span>
          <small>
            {outcome.refusal !== undefined && source} The sequence was {outcome.before} before and is {outcome.after}{' '}
            now.
          </small>
        </>
      )}
    </output>
  )
}
