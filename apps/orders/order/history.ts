// A history as people read it: what happened, who did it, and when.

import type { HistoryRecord } from '@xmachines/core'
import { catalogue } from './catalogue.ts'
import { formatTime } from './clock.ts'
import type { OrderEvent } from './events.ts'
import { formatMoney } from './money.ts'

/** One thing that happened. */
export interface Happening {
  readonly sequence: number
  readonly oid: string
  readonly what: string
  readonly by: string | undefined
  readonly when: string | undefined
}

function describeEvent(event: OrderEvent): string {
  switch (event.type) {
    case 'ADD':
      return `${catalogue[event.sku].name} was put into the cart`
    case 'SET':
      return event.count === 0
        ? `${catalogue[event.sku].name} was taken out of the cart`
        : `${event.count} × ${catalogue[event.sku].name} in the cart`
    case 'PLACE':
      return 'The order was placed'
    case 'PAID':
      return 'The payment came in'
    case 'DECLINED':
      return 'The payment was declined'
    case 'NO_ANSWER':
      return 'The payment provider did not answer'
    case 'RETRY':
      return 'The payment was tried again'
    case 'CANCEL':
      return 'A cancellation was asked for'
    case 'VOIDED':
      return 'The payment was called off, and the order is cancelled'
    case 'PACK':
      return 'The parcel was packed'
    case 'SHIP':
      return 'The parcel was handed over'
    case 'ASK_REFUND':
      return `A refund of ${formatMoney(event.amount)} was asked for: “${event.reason}”`
    case 'APPROVE':
      return `The refund was approved, as seen at ${event.head.slice(0, 8)}`
    case 'REJECT':
      return 'The refund was rejected'
    case 'REFUNDED':
      return 'The money was sent back'
  }
}

/** The latest first. */
export function happeningsOf(records: readonly HistoryRecord<OrderEvent>[]): Happening[] {
  return records
    .flatMap((record, sequence): Happening[] => {
      if (!('events' in record)) return []
      return record.events.map((event) => ({
        sequence,
        oid: record.oid,
        what: describeEvent(event),
        by: 'by' in event ? event.by : undefined,
        when: 'when' in event ? formatTime(event.when) : undefined,
      }))
    })
    .reverse()
}
