import { defineMachine, type RunDocument } from '@xmachines/core'
import { useSend, useSnapshot } from '@xmachines/react'
import { useConnectedRun, useConnection } from '@xmachines/react/connected'

type CounterEvent = { type: 'INC' }

const counter = defineMachine<number, CounterEvent>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count) => count + 1 },
})

export function Counter({ url, history }: { url: string; history: RunDocument<CounterEvent> }) {
  const run = useConnectedRun(url, counter, { history })
  const count = useSnapshot(run, ({ state }) => state)
  const { connection, pending } = useConnection(run)
  const send = useSend(run)
  return (
    <button type="button" onClick={() => send({ type: 'INC' })}>
      {count} {connection === 'offline' && `(${pending} to be sent)`}
    </button>
  )
}
