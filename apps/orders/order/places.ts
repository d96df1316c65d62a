// What people call the places of an order. It is apart from the machine, for pages that only show them.

import type { Order } from './order.ts'

export const placeNames: Readonly<Record<Order['at'], string>> = {
  cart: 'Cart',
  paying: 'Paying',
  unpaid: 'Not paid',
  cancelling: 'Cancelling',
  cancelled: 'Cancelled',
  packing: 'To pack',
  shipping: 'To ship',
  shipped: 'Shipped',
  reviewing: 'To approve',
  refunding: 'Refunding',
  refunded: 'Refunded',
}
