// A door to open, close, lock and unlock. The machine decides what happens; this component sends events and shows the
// result.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type FormEvent, type ReactElement, useId, useRef, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import { LatestRefusal } from '../parts/refusals.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import { door } from './door.ts'
import './door.css'
import { DoorPicture } from './door-picture.tsx'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'door/door.ts', read: () => import('./door.ts?raw') },
  { part: 'view', path: 'door/door-flow.tsx', read: () => import('./door-flow.tsx?raw') },
]

/** The flow: a door, its machine and its run. */
export function DoorFlow(): ReactElement {
  const run = useRun(door)
  const at = useSnapshot(run, ({ state }) => state.at)
  const send = useSend(run)
  const [code, setCode] = useState('')
  const id = useId()
  const input = useRef<HTMLInputElement>(null)

  function turnKey(event: FormEvent): void {
    event.preventDefault()
    const refusal = send({ type: at === 'locked' ? 'UNLOCK' : 'LOCK', code })
    if (refusal === undefined) setCode('')
    else input.current?.select()
  }

  return (
    <Flow
      title="Door"
      lead="Lock the door with a code, and then try another code: the machine refuses it, nothing changes, and the run continues."
      code={files}
      run={run}
      beside={<StateDiagram machine={door} at={at} />}
    >
      <section aria-label="Door" className="part">
        <DoorPicture at={at} />
        <output className="door-words">
          The door is <strong>{at}</strong>.
        </output>
        <form className="door-controls" onSubmit={turnKey}>
          <button
            type="button"
            className="primary"
            disabled={at === 'locked'}
            onClick={() => send({ type: at === 'open' ? 'CLOSE' : 'OPEN' })}
          >
            {at === 'open' ? 'Close' : 'Open'}
          </button>
          <div>
            <label htmlFor={id}>Code, four digits</label>
            <input
              ref={input}
              id={id}
              value={code}
              onChange={(event) => setCode(event.target.value)}
              inputMode="numeric"
              autoComplete="off"
              disabled={at === 'open'}
            />
          </div>
          <button type="submit" disabled={at === 'open'}>
            {at === 'locked' ? 'Unlock' : 'Lock'}
          </button>
        </form>
        <LatestRefusal run={run} />
      </section>
    </Flow>
  )
}
