// Two scores of one run. Each component selects its own score, and renders again only when that score changes.

import { defineMachine, type Run } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

import { RenderCount } from './render-count.tsx'

type Team = 'home' | 'guests'
type Scores = Readonly<Record<Team, number>>
type Scored = { readonly type: 'SCORED'; readonly team: Team }

const match = defineMachine<Scores, Scored>({
  name: 'match',
  version: '1',
  initial: { home: 0, guests: 0 },
  on: { SCORED: (scores, { team }) => ({ ...scores, [team]: scores[team] + 1 }) },
})

function Score({ run, team }: { readonly run: Run<Scores, Scored>; readonly team: Team }): ReactElement {
  const score = useSnapshot(run, ({ state }) => state[team])
  return (
    <span>
      {team} <strong>{score}</strong> <RenderCount />
    </span>
  )
}

export function UseSnapshotExample(): ReactElement {
  const run = useRun(match)
  const send = useSend(run)
  return (
    <>
      <div className="scores">
        <Score run={run} team="home" />
        <Score run={run} team="guests" />
      </div>
      <div className="actions">
        <button type="button" onClick={() => send({ type: 'SCORED', team: 'home' })}>
          Home scores
        </button>
        <button type="button" onClick={() => send({ type: 'SCORED', team: 'guests' })}>
          Guests score
        </button>
      </div>
    </>
  )
}
