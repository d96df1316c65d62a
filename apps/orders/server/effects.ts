// What the shop does for an order: each output once, under the lease of the order, by whichever server is up.

import { setTimeout as pause } from 'node:timers/promises'
import type { OutputHandlers } from '@xmachines/core'
import { catalogue } from '../order/catalogue.ts'
import type { OrderEvent } from '../order/events.ts'
import type { Order, OrderOutput } from '../order/order.ts'
import type { Deed } from '../world/server.ts'
import type { People } from './people.ts'

const stamp = () => ({ by: 'shop', when: Date.now() })

const mails = {
  placed: 'Thank you! Your order is paid, and we are making your lamps.',
  cancelled: 'Your order is cancelled, and nothing was paid.',
  shipped: 'Your lamps are on their way.',
  refunded: 'Your refund is on its way.',
}

/** @param patience milliseconds: long enough for a slow provider, and short enough for a person who waits */
export function effects(
  worldUrl: string,
  people: People,
  patience: number,
): OutputHandlers<OrderOutput, OrderEvent, Order> {
  /** Asks until there is an answer. The key is the same each time, so it is done once. */
  async function ask(kind: Deed['kind'], key: string, body: object, signal: AbortSignal): Promise<Deed> {
    for (;;) {
      const request = { method: 'PUT', body: JSON.stringify(body), signal }
      const response = await fetch(`${worldUrl}/${kind}/${encodeURIComponent(key)}`, request).catch(() => undefined)
      if (response !== undefined && response.status < 500) return (await response.json()) as Deed
      await pause(500, undefined, { signal })
    }
  }

  return {
    charge: {
      // An attempt keeps its key for as long as it is not known what became of it.
      handle: async ({ attempt, amount }, { key, signal }) => {
        const payment = `${orderOf(key)}-${attempt}`
        const { status } = await ask('payments', payment, { amount }, signal)
        if (status === 201) return { type: 'PAID', attempt, payment, ...stamp() }
        return { type: 'DECLINED', attempt, why: 'Your bank has declined the payment.', ...stamp() }
      },
      while: (order, { attempt }) => order.at === 'paying' && order.attempt === attempt,
      timeout: patience,
      onTimeout: ({ attempt }) => ({ type: 'NO_ANSWER', attempt, ...stamp() }),
    },
    void: async ({ attempt }, { key, signal }) => {
      await ask('voids', `${orderOf(key)}-${attempt}`, {}, signal)
      return { type: 'VOIDED', ...stamp() }
    },
    refund: async ({ payment, amount }, { key, signal }) => {
      await ask('refunds', key, { payment, amount }, signal)
      return { type: 'REFUNDED', ...stamp() }
    },
    mail: async ({ about, customer }, { key, signal }) => {
      const to = await people.read(customer)
      // Somebody who is forgotten gets no mail.
      if (to !== undefined) await ask('mails', key, { to: to.email, text: `Dear ${to.name}: ${mails[about]}` }, signal)
    },
    slip: async ({ lines, customer }, { key, signal }) => {
      const articles = lines.map(({ sku, count }) => `${count} × ${catalogue[sku].name}`)
      await ask('slips', key, { articles, to: await people.read(customer) }, signal)
    },
  }
}

/** The key of an output is `ORDER/POSITION`. */
function orderOf(key: string): string {
  return key.slice(0, key.indexOf('/'))
}
