// Runs beside each other, each with its current state, its id and its head. The digits of a head also give its colour,
// so that equal heads, which mean equal histories, are easy to see.

import type { Run, RunEvent } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

import type { Family } from '../parts/family.ts'

interface RunShelfProps<State, Event extends RunEvent, Output, Input> {
  readonly family: Family<State, Event, Output, Input>
  /** A small picture of a state. */
  readonly picture: (state: State) => ReactElement
}

/** The runs of a family, to choose from. */
export function RunShelf<State, Event extends RunEvent, Output, Input>({
  family,
  picture,
}: RunShelfProps<State, Event, Output, Input>): ReactElement {
  return (
    <section aria-label="Runs" className="part">
      <h2>Runs</h2>
      <ul className="shelf">
        {family.members.map(({ run, origin }, index) => (
          <li key={index}>
            <button type="button" aria-pressed={index === family.chosen} onClick={() => family.choose(index)}>
              <RunCard run={run} title={`Run ${index + 1}`} origin={origin} picture={picture} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface RunCardProps<State, Event extends RunEvent, Output, Input> {
  readonly run: Run<State, Event, Output, Input>
  readonly title: string
  readonly origin: string
  readonly picture: (state: State) => ReactElement
}

function RunCard<State, Event extends RunEvent, Output, Input>({
  run,
  title,
  origin,
  picture,
}: RunCardProps<State, Event, Output, Input>): ReactElement {
  const { state, sequence } = useSnapshot(run.snapshot)
  const { forkedFrom } = run.genesis
  return (
    <span className="run-card">
      <span className="thumbnail" aria-hidden="true">
        {picture(state)}
      </span>
      <span>
        <strong>{title}</strong>, <span className="quiet">{origin}</span>
        <span className="identity">
          <span>
            id <code title={run.id}>{run.id.slice(0, 7)}</code>
          </span>
          <span>
            head <span className="head-colour" style={{ background: `#${run.head.slice(0, 6)}` }} />
            <code title={run.head}>{run.head.slice(0, 7)}</code>
          </span>
          <span>
            {sequence} {sequence === 1 ? 'commit' : 'commits'}
          </span>
          {forkedFrom !== undefined && (
            <span>
              forked from <code title={forkedFrom}>{forkedFrom.slice(0, 7)}</code>
            </span>
          )}
        </span>
      </span>
    </span>
  )
}
