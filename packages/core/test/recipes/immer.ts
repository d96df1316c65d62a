import { defineMachine } from '@xmachines/core'
import { produce } from 'immer'

type Cart = { readonly items: readonly { readonly sku: string; readonly count: number }[] }
type CartEvent = { type: 'ADDED'; sku: string } | { type: 'REMOVED'; sku: string }

export const cart = defineMachine<Cart, CartEvent>({
  name: 'cart',
  version: '1',
  initial: { items: [] },
  on: {
    ADDED: (cart, { sku }) =>
      produce(cart, (draft) => {
        const item = draft.items.find((one) => one.sku === sku)
        if (item === undefined) draft.items.push({ sku, count: 1 })
        else item.count += 1
      }),
    REMOVED: (cart, { sku }) =>
      produce(cart, (draft) => {
        draft.items = draft.items.filter((one) => one.sku !== sku)
      }),
  },
})
