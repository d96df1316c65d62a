import { defineMachine } from '@xmachines/core'
import { indexedDbStore } from '@xmachines/indexeddb'
import { useSend, useSnapshot } from '@xmachines/react'
import { usePersistentRun } from '@xmachines/react/persistent'

type Door = { at: 'closed' } | { at: 'open' } | { at: 'locked'; code: string }
type DoorEvent = { type: 'OPEN' } | { type: 'CLOSE' } | { type: 'LOCK'; code: string }

const door = defineMachine<Door, DoorEvent>({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: {
    closed: { OPEN: 'open', LOCK: (_door, { code }) => ({ at: 'locked', code }) },
    open: { CLOSE: 'closed' },
    locked: {},
  },
})

const store = indexedDbStore()

export function DoorPanel() {
  // Kept in this browser: the same run after a reload and in every tab.
  const run = usePersistentRun(door, { store, key: 'door' })
  const at = useSnapshot(run, (snapshot) => snapshot.state.at)
  const send = useSend(run)
  return (
    <>
      <output>{at}</output>
      <button type="button" onClick={() => send({ type: 'OPEN' })} disabled={at !== 'closed'}>
        Open
      </button>
      <button type="button" onClick={() => send([{ type: 'CLOSE' }, { type: 'LOCK', code: '42' }])}>
        Close and lock
      </button>
    </>
  )
}
