// Who may do what, with the handler and with forms.

import { readRun, type RouteHandlerOptions } from '@xmachines/http/next'
import type { Wanted } from '@xmachines/http/server'
import { type EventType, senders } from '../order/events.ts'
import { type Order, order } from '../order/order.ts'
import { type Who, who } from './session.ts'
import { shop } from './shop.ts'

type Sent = { readonly type?: unknown; readonly by?: unknown; readonly head?: unknown }

/** Whether somebody may send events to an order: in their own name, and a customer only to an order of their own. */
export function maySend(events: readonly Sent[], state: Order, { staff, customer }: Who): boolean {
  const isOwn = state.at !== 'cart' && state.customer === customer
  const role = staff === undefined ? 'customer' : 'staff'
  if (role === 'customer' && !isOwn) return false
  return events.every(({ type, by }) => sendersOf(type).includes(role) && by === (staff ?? 'customer'))
}

function sendersOf(type: unknown): readonly string[] {
  return typeof type === 'string' && Object.hasOwn(senders, type) ? senders[type as EventType] : []
}
