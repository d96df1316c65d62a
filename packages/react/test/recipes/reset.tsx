import { defineMachine } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { useState } from 'react'

const score = defineMachine<number, { type: 'POINT' } | { type: 'RESET' }>({
  name: 'score',
  version: '1',
  initial: 0,
  on: { POINT: (points) => points + 1, RESET: () => 0 },
})

function Score() {
  const run = useRun(score)
  const points = useSnapshot(run, ({ state }) => state)
  const send = useSend(run)
  return (
    <p>
      <output>{points}</output>
      <button type="button" onClick={() => send({ type: 'POINT' })}>
        Point
      </button>
      {/* The run continues. Its history has the points and the reset. */}
      <button type="button" onClick={() => send({ type: 'RESET' })}>
        Reset
      </button>
    </p>
  )
}

export function Game() {
  const [number, setNumber] = useState(1)
  return (
    <>
      {/* Another key is another component, and so another run, with an id of its own. */}
      <Score key={number} />
      <button type="button" onClick={() => setNumber(number + 1)}>
        New game
      </button>
    </>
  )
}
