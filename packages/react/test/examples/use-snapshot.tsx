import { createRun, defineMachine } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'

type Lamp = { at: 'off' } | { at: 'on'; watts: number }

const lamp = defineMachine<Lamp, { type: 'TOGGLE' }>({
  name: 'lamp',
  version: '1',
  initial: { at: 'off' },
  states: {
    off: { TOGGLE: () => ({ at: 'on', watts: 5 }) },
    on: { TOGGLE: 'off' },
  },
})

export const run = createRun(lamp)

export function LampPanel() {
  const at = useSnapshot(run, (snapshot) => snapshot.state.at)
  const { sequence } = useSnapshot(run)
  return (
    <p>
      {at} after {sequence} batches
    </p>
  )
}
