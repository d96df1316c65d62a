import { defineMachine } from '@xmachines/core'
import { useRefusals, useRun, useSend, useSnapshot } from '@xmachines/react'
import { useState } from 'react'

const glass = defineMachine<number, { type: 'FILL'; percent: number }>({
  name: 'glass',
  version: '1',
  initial: 0,
  on: {
    FILL: (full, { percent }) => {
      if (full + percent > 100) throw new Error('the glass would overflow')
      return full + percent
    },
  },
})

export function GlassPanel() {
  const run = useRun(glass)
  const full = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  const [refusals, setRefusals] = useState<string[]>([])
  useRefusals(run, ({ message }) => setRefusals((before) => [...before, message]))
  return (
    <>
      <button type="button" onClick={() => send({ type: 'FILL', percent: 60 })}>
        {full}% full
      </button>
      <ul>
        {refusals.map((message, index) => (
          <li key={index}>{message}</li>
        ))}
      </ul>
    </>
  )
}
