// The chart as a run that is kept in IndexedDB. After a reload, its timer and its promise start again.

import type { IndexedDbStore } from '@xmachines/indexeddb'
import { useOutputs, useSend, useSnapshot } from '@xmachines/react'
import { usePersistentRun } from '@xmachines/react/persistent'
import { fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import { type ReactElement, useEffect } from 'react'

import type { ObservedRun } from '../parts/observed-run.ts'
import { coffee } from './coffee.ts'

const machine = fromXState(coffee)

interface CoffeePanelProps {
  readonly store: IndexedDbStore
  /** Shows the run beside the panel. */
  readonly onRun: (run: ObservedRun) => void
}

/** The buttons of the coffee machine, and what it does. */
export function CoffeePanel({ store, onRun }: CoffeePanelProps): ReactElement {
  const run = usePersistentRun(machine, { store, key: 'coffee' })
  useOutputs(run, xstateEffects(run, coffee))
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  useEffect(() => onRun(run), [run, onRun])
  const view = viewOf(coffee, state)
  return (
    <>
      <output>
        {view.matches('off') && 'The machine is off.'}
        {view.matches({ making: { water: 'heating' } }) && 'The water is heating. '}
        {view.matches({ making: { water: 'hot' } }) && 'The water is hot. '}
        {view.matches({ making: { beans: 'grinding' } }) && 'The beans are being ground.'}
        {view.matches({ making: { beans: 'ground' } }) && 'The beans are ground.'}
        {view.matches('ready') && `Your coffee is ready, from ${state.context.grams} g of beans.`}
      </output>
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={!view.can({ type: 'START' })}
          onClick={() => send({ type: 'START' })}
        >
          Make coffee
        </button>
        <button type="button" disabled={!view.can({ type: 'TAKE' })} onClick={() => send({ type: 'TAKE' })}>
          Take the cup
        </button>
      </div>
    </>
  )
}
