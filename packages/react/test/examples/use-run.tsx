import { defineMachine, type RunDocument } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'

type Pressed = { type: 'PRESSED' }

const counter = defineMachine<number, Pressed>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { PRESSED: (count) => count + 1 },
})

export function Counter({ history }: { history?: RunDocument<Pressed> }) {
  const run = useRun(counter, { history })
  const count = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  return (
    <button type="button" onClick={() => send({ type: 'PRESSED' })} data-run={run.id}>
      pressed {count} times
    </button>
  )
}
