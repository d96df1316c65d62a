// Orders to look at, for a shop that has none.

import { createRun } from '@xmachines/core'
import type { RunStore } from '@xmachines/core/store'
import type { Host } from '@xmachines/http/server'
import type { Sku } from '../order/catalogue.ts'
import type { EventType, OrderEvent } from '../order/events.ts'
import { type Order, order } from '../order/order.ts'
import type { People } from './people.ts'
import { customerOf } from './session.ts'

const HOUR = 3_600_000
const people = [
  { name: 'Clara Brandt', address: '12 Linden Row, Cork', email: 'clara@example.org' },
  { name: 'Tomás Byrne', address: '4 Quay Street, Galway', email: 'tomas@example.org' },
  { name: 'Anouk Meyer', address: '31 Mill Lane, Kinsale', email: 'anouk@example.org' },
  { name: 'Oskar Lind', address: '7 Harbour View, Cobh', email: 'oskar@example.org' },
]

/** What is in each, and what happened to it. */
const samples: readonly (readonly [readonly Sku[], ...EventType[]])[] = [
  [['vesper'], 'PAID'],
  [['pip', 'pip'], 'PAID', 'PACK'],
  [['heron', 'fete'], 'PAID', 'PACK', 'SHIP'],
  [['mira'], 'PAID', 'PACK', 'SHIP', 'ASK_REFUND'],
  [['alcove'], 'DECLINED'],
  [['fete', 'pip'], 'PAID', 'PACK', 'SHIP', 'ASK_REFUND', 'REFUNDED'],
  [['vesper', 'pip'], 'CANCEL', 'VOIDED'],
  [['alcove', 'alcove'], 'PAID', 'PACK'],
  [['pip'], 'PAID'],
]

/** Adds the samples to an empty store. Two servers that start at once add the same. */
export async function addSamples(host: Host, store: RunStore, kept: People): Promise<void> {
  const reader = store.list({}).getReader()
  const isEmpty = (await reader.read()).done
  await reader.cancel()
  if (!isEmpty) return
  const now = Math.floor(Date.now() / HOUR) * HOUR
  for (const [number, [cart, ...happened]] of samples.entries()) {
    const customer = customerOf(`sample-${number}`)
    const one = people[number % people.length]
    if (one !== undefined) await kept.keep(customer, one)
    const began = now - (samples.length - number) * 5 * HOUR
    const run = createRun(order, { createdAt: began / 1000, nonce: new Uint8Array(16).fill(number) })
    run.in.send(cart.map((sku) => ({ type: 'ADD', sku })))
    run.in.send({ type: 'PLACE', customer, by: 'customer', when: began })
    for (const [step, type] of happened.entries()) {
      const stamp = { by: type === 'PACK' || type === 'SHIP' ? 'Ines' : 'shop', when: began + (step + 1) * HOUR }
      run.in.send(eventOf(type, run.id, run.state, stamp))
    }
    // What is taken has happened: nothing of it is done again.
    await host.take(run.toJSON())
  }
}

function eventOf(type: EventType, id: string, state: Order, stamp: { by: string; when: number }): OrderEvent {
  if (type === 'PAID') return { type, attempt: 1, payment: `${id}-1`, ...stamp }
  if (type === 'DECLINED') return { type, attempt: 1, why: 'Your bank has declined the payment.', ...stamp }
  if (type === 'ASK_REFUND' && state.at !== 'cart') {
    return { type, amount: state.total, reason: 'It arrived broken', ...stamp, by: 'customer' }
  }
  // The others have nothing else. The machine would refuse one that is wrong.
  return { type, ...stamp } as OrderEvent
}
