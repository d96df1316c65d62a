// Who may do what: the same for requests and for forms.

import type { HandlerOptions } from '@xmachines/http/server'
import { type EventType, senders } from '../order/events.ts'
import type { Order } from '../order/order.ts'
import { type Who, who } from './session.ts'

/** An event as it comes: it may be anything. */
export type Sent = { readonly type?: unknown; readonly by?: unknown; readonly head?: unknown } | null

function sendersOf(sent: Sent): readonly string[] {
  const type = sent?.type
  return typeof type === 'string' && Object.hasOwn(senders, type) ? senders[type as EventType] : []
}

/**
 * Whether somebody may send events to an order: in their own name; a customer only to an order of their own; and an approval only
 * with the head that was on the screen.
 */
export function maySend(events: readonly Sent[], state: Order, { staff, customer }: Who, head?: string): boolean {
  if (staff === undefined && (state.at === 'cart' || state.customer !== customer)) return false
  const [role, name] = staff === undefined ? ['customer', 'customer'] : ['staff', staff]
  return events.every((event) => {
    const isBound = event?.type !== 'APPROVE' || (head !== undefined && event.head === head)
    return isBound && event?.by === name && sendersOf(event).includes(role)
  })
}

export const permission: Required<Pick<HandlerOptions, 'authorize' | 'authorizeEvents'>> = {
  // The id of an order is known to whoever has its link. Orders begin in a browser, or with a form.
  async authorize(_request, { action }) {
    if (action === 'list') return (await who()).staff !== undefined
    return action !== 'create'
  },
  async authorizeEvents(_request, { action, events, snapshot, expectedHead }) {
    const sent = events as readonly Sent[]
    // What happens to an order later is not for a cart to say.
    if (action === 'import') return sent.every((event) => sendersOf(event).includes('cart'))
    return maySend(sent, snapshot?.state as Order, await who(), expectedHead)
  },
}
