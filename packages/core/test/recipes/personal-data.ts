import { defineMachine } from '@xmachines/core'

type Order = { readonly customer: string; readonly paid: boolean }

/** An order that knows its customer by a key. */
export const order = defineMachine<Order, { type: 'PAID' }, { type: 'send receipt' }, { customer: string }>({
  name: 'order',
  version: '1',
  initial: ({ customer }) => ({ customer, paid: false }),
  on: {
    PAID: (order, _event, emit) => {
      emit({ type: 'send receipt' })
      return { ...order, paid: true }
    },
  },
})

/** Where names and addresses are: a table whose rows can be deleted. */
export const customers = new Map<string, { name: string; email: string }>()

export function describeOrder({ customer, paid }: Order): string {
  const name = customers.get(customer)?.name ?? 'a deleted customer'
  return `${name} has ${paid ? 'paid' : 'not paid'}`
}
