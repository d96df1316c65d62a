import { createRun, defineMachine } from '@xmachines/core'
import { shallow, useSnapshot } from '@xmachines/react'

type Score = { home: number; guests: number; minute: number }

const match = defineMachine<Score, { type: 'GOAL'; by: 'home' | 'guests' } | { type: 'MINUTE' }>({
  name: 'match',
  version: '1',
  initial: { home: 0, guests: 0, minute: 0 },
  on: {
    GOAL: (score, { by }) => ({ ...score, [by]: score[by] + 1 }),
    MINUTE: (score) => ({ ...score, minute: score.minute + 1 }),
  },
})

export const run = createRun(match)

export function ScoreBoard() {
  // A new array each time. Without `shallow` every minute would render the board again.
  const goals = useSnapshot(run, ({ state }) => [state.home, state.guests], shallow)
  return <output>{goals.join(' : ')}</output>
}
