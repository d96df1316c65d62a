// A name badge: every keystroke is an event. A refused keystroke does not appear, and `send` returns the reason.

import { defineMachine, refuse } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useId, useState } from 'react'

type Typed = { readonly type: 'TYPED'; readonly name: string }

const badge = defineMachine<string, Typed>({
  name: 'badge',
  version: '1',
  initial: '',
  on: {
    TYPED: (_before, { name }) => {
      if (/\d/.test(name)) refuse('A name has no digits.')
      return name
    },
  },
})

export function UseSendExample(): ReactElement {
  const run = useRun(badge)
  const name = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  const [problem, setProblem] = useState<string>()
  const id = useId()
  return (
    <>
      <div className="field">
        <label htmlFor={id}>Your name</label>
        <input
          id={id}
          value={name}
          autoComplete="off"
          onChange={(event) => setProblem(send({ type: 'TYPED', name: event.target.value })?.reason)}
        />
      </div>
      <output className="problem">{problem}</output>
    </>
  )
}
