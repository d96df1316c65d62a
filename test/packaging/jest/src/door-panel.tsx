import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { door } from './door'

export function DoorPanel() {
  const run = useRun(door)
  const at = useSnapshot(run, ({ state }) => state.at)
  const send = useSend(run)
  return <button onClick={() => send({ type: at === 'open' ? 'CLOSE' : 'OPEN' })}>{at}</button>
}
