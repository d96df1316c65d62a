import { defineMachine, refuse } from '@xmachines/core'
import { useRefusals, useRun, useSend, useSnapshot } from '@xmachines/react'
import { useState } from 'react'

const glass = defineMachine<number, { type: 'FILL'; percent: number }>({
  name: 'glass',
  version: '1',
  initial: 0,
  on: {
    FILL: (full, { percent }) => {
      if (full + percent > 100) refuse('the glass would overflow')
      return full + percent
    },
  },
})

export function GlassPanel() {
  const run = useRun(glass)
  const full = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  const [refusals, setRefusals] = useState<string[]>([])
  useRefusals(run, ({ reason, message }) => setRefusals((before) => [...before, reason ?? message]))
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
