import { createRun, defineMachine, type RunOf } from '@xmachines/core'
import { useSend, useSnapshot } from '@xmachines/react'
import { useState } from 'react'

const lap = defineMachine<number, { type: 'LAP' }>({
  name: 'lap',
  version: '1',
  initial: 0,
  on: { LAP: (laps) => laps + 1 },
})
type Runner = RunOf<typeof lap>

/** Each run belongs to the list, so it lives on while its row is hidden or moved. */
export function Race() {
  const [runners, setRunners] = useState<readonly Runner[]>([])
  return (
    <>
      <button type="button" onClick={() => setRunners([...runners, createRun(lap)])}>
        Another runner
      </button>
      <ol>
        {runners.map((runner) => (
          <Row key={runner.id} runner={runner} onLeave={() => setRunners(runners.filter((one) => one !== runner))} />
        ))}
      </ol>
    </>
  )
}

function Row({ runner, onLeave }: { runner: Runner; onLeave: () => void }) {
  const laps = useSnapshot(runner, ({ state }) => state)
  const send = useSend(runner)
  return (
    <li>
      {laps} laps
      <button type="button" onClick={() => send({ type: 'LAP' })}>
        Lap
      </button>
      <button type="button" onClick={onLeave}>
        Leave
      </button>
    </li>
  )
}
