// A run that the visitor drives: an order, the machine that decides, and the history as Git would print it. Any commit of
// the history can be looked at, and a fork goes on from there.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import type { ReactElement } from 'react'

import { Code } from '../parts/code.tsx'
import { useFamily } from '../parts/family.ts'
import { useMoments } from '../parts/moments.ts'
import '../parts/page.css'
import '../parts/parts.css'
import { LatestRefusal } from '../parts/refusals.tsx'
import { Slider } from '../parts/slider.tsx'
import { Diagram } from '../parts/state-diagram.tsx'
import { everyMilliseconds } from '../parts/ticker.ts'
import { useTravel } from '../parts/travel.ts'
import { fileOf, save } from '../save-restore/run-file.ts'
import { CupPicture } from './cup-picture.tsx'
import { GitLog } from './git-log-view.tsx'
import './introduction.css'
import { type Order, type OrderEvent, order } from './order.ts'

const { './order.ts': source = '' } = import.meta.glob<string>('./order.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The part of the file that defines the machine. */
const definition = source.slice(source.indexOf('export const'))

const ticker = everyMilliseconds(500)

/** The events that do something in each state. */
const handled: Readonly<Record<Order['at'], readonly OrderEvent['type'][]>> = {
  cart: ['ADD', 'PAY'],
  paid: ['REFUND', 'SHIP'],
  shipped: [],
}

/** An order and its run. */
export function LiveRun(): ReactElement {
  const family = useFamily(useRun(order))
  const { run } = family
  const send = useSend(run)
  const present = useSnapshot(run, ({ state }) => state)
  const moments = useMoments(run)
  const last = Math.max(0, moments.length - 1)
  const travel = useTravel(run, last, ticker)
  const past = travel.sequence === undefined ? undefined : moments[travel.sequence]
  const state = past?.snapshot.state ?? present
  const at = travel.sequence ?? last

  const button = (type: OrderEvent['type'], label: string): ReactElement => {
    // A disabled button would lose the focus.
    const isOff = past !== undefined || !handled[state.at].includes(type)
    return (
      <button type="button" aria-disabled={isOff} onClick={() => isOff || send({ type })}>
        {label}
      </button>
    )
  }

  return (
    <div className="flow inline live-run sb-unstyled">
      <div className="column">
        <section aria-label="Order" className="part" data-past={past !== undefined}>
          <div className="order-now">
            <CupPicture state={state} />
            <output>{wordsFor(state)}</output>
          </div>
          <div className="actions">
            {button('ADD', 'Add a cup')}
            {button('PAY', 'Pay')}
            {button('REFUND', 'Refund')}
            {button('SHIP', 'Ship')}
          </div>
          <LatestRefusal run={run} />
        </section>
        <section aria-label="History" className="part">
          <GitLog key={run.id} moments={moments} at={at} onGo={travel.go} />
          <Slider
            label={past === undefined ? 'The present' : 'The past'}
            value={at}
            min={0}
            max={last}
            meaning={at === 0 ? 'before any event' : `after event ${at} of ${last}`}
            onChange={travel.go}
          />
          <div className="actions">
            <button type="button" aria-disabled={last === 0} onClick={() => last === 0 || travel.toggleReplay()}>
              {travel.isReplaying ? 'Pause' : 'Replay'}
            </button>
            <button type="button" onClick={() => family.branch(at)}>
              Fork here
            </button>
            <button type="button" onClick={() => save(fileOf(run))}>
              Save as a file
            </button>
          </div>
          {family.members.length > 1 && (
            <fieldset className="actions runs" aria-label="Runs">
              {family.members.map((_, index) => (
                <button
                  key={index}
                  type="button"
                  aria-pressed={index === family.chosen}
                  onClick={() => family.choose(index)}
                >
                  {index === 0 ? 'First run' : `Fork ${index}`}
                </button>
              ))}
            </fieldset>
          )}
        </section>
      </div>
      <div className="column">
        <section aria-label="Source" className="part machine-source">
          <Code label="The machine, order.ts" text={definition} />
        </section>
        <section aria-label="Diagram" className="part">
          <Diagram machine={order} at={state.at} across />
        </section>
      </div>
    </div>
  )
}

function wordsFor(state: Order): ReactElement {
  if (state.at === 'shipped') return <strong>Shipped.</strong>
  const cups = state.cups === 1 ? '1 cup' : `${state.cups} cups`
  return (
    <>
      <strong>{cups}</strong> {state.at === 'cart' ? 'in the cart.' : 'paid.'}
    </>
  )
}
