// The inspector in a page: a door and its run. A fork, or a run file that is opened, takes the place of the run.

import type { RunOf } from '@xmachines/core'
import { RunInspector } from '@xmachines/inspector/react'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useState } from 'react'

import { door } from '../door/door.ts'
import '../door/door.css'
import '../parts/page.css'
import '../parts/parts.css'
import './inspected-door.css'

type DoorRun = RunOf<typeof door>

/** A door whose run is inspected. */
export function InspectedDoor(): ReactElement {
  const made = useRun(door)
  const [other, setOther] = useState<DoorRun>()
  const run = other ?? made
  return (
    <main className="flow">
      <div className="page inspected">
        <header>
          <h1>Inspector</h1>
          <p className="lead">
            Each button is an event. Click a row of the history to see what the run was then, and fork it there: the
            door goes on from that moment, and the other run stays as it was.
          </p>
        </header>
        <Door run={run} />
        {/* It shows runs of this machine alone, so each of them is one of the door. */}
        <RunInspector
          run={[made, run]}
          onRun={(opened) => setOther(opened as unknown as DoorRun)}
          className="part"
          style={{ height: '36rem' }}
        />
      </div>
    </main>
  )
}

function Door({ run }: { readonly run: DoorRun }): ReactElement {
  const at = useSnapshot(run, ({ state }) => state.at)
  const send = useSend(run)
  return (
    <section aria-label="Door" className="part">
      <output className="door-words">
        The door is <strong>{at}</strong>.
      </output>
      <div className="inspected-buttons">
        <button type="button" onClick={() => send({ type: 'OPEN' })}>
          Open
        </button>
        <button type="button" onClick={() => send({ type: 'CLOSE' })}>
          Close
        </button>
        <button type="button" onClick={() => send({ type: 'LOCK', code: '1234' })}>
          Lock with 1234
        </button>
        <button type="button" onClick={() => send({ type: 'UNLOCK', code: '9999' })}>
          Unlock with 9999
        </button>
        <button type="button" onClick={() => send({ type: 'UNLOCK', code: '1234' })}>
          Unlock with 1234
        </button>
      </div>
    </section>
  )
}
