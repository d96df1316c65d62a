// A die. A machine is deterministic, so it cannot roll a die itself: it asks for a roll, and an event brings the
// result.

import { defineMachine } from '@xmachines/core'
import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

type Die = { readonly at: 'lying'; readonly side: number } | { readonly at: 'rolling' }
type DieEvent = { readonly type: 'ROLL' } | { readonly type: 'LANDED'; readonly side: number }
type DieOutput = { readonly type: 'roll'; readonly sides: number }

const die = defineMachine<Die, DieEvent, DieOutput>({
  name: 'die',
  version: '1',
  initial: { at: 'lying', side: 1 },
  states: {
    lying: {
      ROLL: (_lying, _event, emit) => {
        emit({ type: 'roll', sides: 6 })
        return { at: 'rolling' }
      },
    },
    rolling: { LANDED: (_rolling, { side }) => ({ at: 'lying', side }) },
  },
})

export function UseOutputsExample(): ReactElement {
  const run = useRun(die)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)

  useOutputs(run, {
    roll: async ({ sides }) => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      return { type: 'LANDED', side: 1 + Math.floor(Math.random() * sides) }
    },
  })

  return (
    <>
      <span className="die" data-at={state.at} aria-hidden="true">
        {state.at === 'rolling' ? '⚄' : '⚀⚁⚂⚃⚄⚅'.charAt(state.side - 1)}
      </span>
      <output>{state.at === 'rolling' ? 'The die is rolling…' : `The die shows ${state.side}.`}</output>
      <button
        type="button"
        className="primary"
        disabled={state.at === 'rolling'}
        onClick={() => send({ type: 'ROLL' })}
      >
        Roll
      </button>
    </>
  )
}
