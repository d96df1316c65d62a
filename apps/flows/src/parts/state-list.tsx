// The states of a machine as a list: what its diagram says, in words.

import type { Machine, RunEvent } from '@xmachines/core'
import type { ReactElement } from 'react'

interface StateListProps<State, Event extends RunEvent, Output, Input> {
  readonly machine: Machine<State, Event, Output, Input>
  /** The name of the current state. */
  readonly at: string
}

/** The states, and where the events of each lead. */
export function StateList<State, Event extends RunEvent, Output, Input>({
  machine: { name, version, graph },
  at,
}: StateListProps<State, Event, Output, Input>): ReactElement {
  const anywhere = graph.arrows.filter(({ from }) => from === undefined)
  return (
    <div className="state-list">
      <p className="quiet">The diagram could not be drawn. These are the states, and where events lead.</p>
      <dl aria-label={`States of ${name}@${version}`}>
        {graph.states.map((state) => (
          <div key={state} aria-current={state === at || undefined}>
            <dt>{state}</dt>
            <Arrows arrows={graph.arrows.filter(({ from }) => from === state)} />
          </div>
        ))}
        {anywhere.length > 0 && (
          <div>
            <dt>in any state</dt>
            <Arrows arrows={anywhere} />
          </div>
        )}
      </dl>
    </div>
  )
}

type Arrow = Machine<unknown, RunEvent, unknown, unknown>['graph']['arrows'][number]

function Arrows({ arrows }: { readonly arrows: readonly Arrow[] }): ReactElement {
  if (arrows.length === 0) return <dd className="quiet">no event leads on</dd>
  return (
    <>
      {arrows.map(({ event, targets }) => (
        <dd key={event}>
          <span className="event">{event}</span> {targets !== undefined && `→ ${targets.join(', ')}`}
        </dd>
      ))}
    </>
  )
}

/** How many rows of states a diagram has: one for each step from the initial state. */
export function rowsOf<State, Event extends RunEvent, Output, Input>({
  graph: { initial, arrows },
}: Machine<State, Event, Output, Input>): number {
  const seen = new Set<string>()
  let row = initial === undefined ? [] : [initial]
  let rows = 0
  while (row.length > 0) {
    for (const state of row) seen.add(state)
    rows++
    const from = row
    const next = arrows.flatMap((arrow) =>
      arrow.from !== undefined && from.includes(arrow.from) ? (arrow.targets ?? []) : [],
    )
    row = [...new Set(next)].filter((state) => !seen.has(state))
  }
  return rows
}
