// A counter that can leave the page and come back as the same run.

import { defineMachine, type RunDocument } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useState } from 'react'

type Pressed = { readonly type: 'PRESSED' }

const counter = defineMachine<number, Pressed>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { PRESSED: (count) => count + 1 },
})

interface CounterProps {
  readonly history: RunDocument<Pressed> | undefined
  readonly onClose: (history: RunDocument<Pressed>) => void
}

function Counter({ history, onClose }: CounterProps): ReactElement {
  const run = useRun(counter, { history })
  const count = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  return (
    <>
      <p>
        Run <code>{run.id.slice(0, 7)}</code>: {count}
      </p>
      <div className="actions">
        <button type="button" className="primary" onClick={() => send({ type: 'PRESSED' })}>
          Press
        </button>
        <button type="button" onClick={() => onClose(run.toJSON())}>
          Close
        </button>
      </div>
    </>
  )
}

export function UseRunExample(): ReactElement {
  const [history, setHistory] = useState<RunDocument<Pressed>>()
  const [isOpen, setIsOpen] = useState(true)

  function close(closed: RunDocument<Pressed>): void {
    setHistory(closed)
    setIsOpen(false)
  }

  if (isOpen) return <Counter history={history} onClose={close} />
  return (
    <button type="button" onClick={() => setIsOpen(true)}>
      Open it again
    </button>
  )
}
