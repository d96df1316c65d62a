import { createRun, defineMachine } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { useMemo } from 'react'

type Item = { readonly name: string; readonly cents: number; readonly sold: boolean }
type Shop = { readonly items: readonly Item[]; readonly motto: string }
type ShopEvent =
  | { type: 'STOCKED'; name: string; cents: number }
  | { type: 'SOLD'; name: string }
  | { type: 'MOTTO'; motto: string }

const shop = defineMachine<Shop, ShopEvent>({
  name: 'shop',
  version: '1',
  initial: { items: [], motto: '' },
  on: {
    STOCKED: (shop, { name, cents }) => ({ ...shop, items: [...shop.items, { name, cents, sold: false }] }),
    SOLD: (shop, { name }) => ({
      ...shop,
      items: shop.items.map((item) => (item.name === name ? { ...item, sold: true } : item)),
    }),
    MOTTO: (shop, { motto }) => ({ ...shop, motto }),
  },
})
export const run = createRun(shop)

/** A cheap value: the selector computes it, and the component renders again only if it changes. */
export function Takings() {
  const cents = useSnapshot(run, ({ state }) =>
    state.items.reduce((sum, item) => sum + (item.sold ? item.cents : 0), 0),
  )
  return <output aria-label="Takings">{cents}</output>
}

/** An expensive value: what did not change is the same object, so `useMemo` knows when to compute it again. */
export function Catalogue({ sort }: { sort: (items: readonly Item[]) => readonly Item[] }) {
  const items = useSnapshot(run, ({ state }) => state.items)
  const sorted = useMemo(() => sort(items), [items, sort])
  return <output aria-label="Catalogue">{sorted.map(({ name }) => name).join(', ')}</output>
}
