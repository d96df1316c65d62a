// A glass to fill, and a list of the refusals.

import { defineMachine, type RunError, refuse } from '@xmachines/core'
import { useRefusals, useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useState } from 'react'

type Poured = { readonly type: 'POURED'; readonly percent: number }

const glass = defineMachine<number, Poured>({
  name: 'glass',
  version: '1',
  initial: 0,
  on: {
    POURED: (full, { percent }) => {
      if (full + percent > 100) refuse('The glass would overflow.')
      return full + percent
    },
  },
})

export function UseRefusalsExample(): ReactElement {
  const run = useRun(glass)
  const full = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  const [refusals, setRefusals] = useState<readonly RunError[]>([])

  useRefusals(run, (refusal) => setRefusals((before) => [...before, refusal]))

  return (
    <>
      <p>The glass is {full}% full.</p>
      <button type="button" className="primary" onClick={() => send({ type: 'POURED', percent: 40 })}>
        Pour 40%
      </button>
      <ul className="lines">
        {refusals.map(({ code, sequence, reason }, index) => (
          <li key={index}>
            <code>{code}</code> at sequence {sequence}: {reason}
          </li>
        ))}
      </ul>
    </>
  )
}
