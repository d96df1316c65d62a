// A basket for a whole page. Components find its run in the nearest Provider.

import { defineMachine } from '@xmachines/core'
import { createRunContext } from '@xmachines/react'
import type { ReactElement } from 'react'

type Added = { readonly type: 'ADDED'; readonly fruit: string }

const basket = defineMachine<readonly string[], Added>({
  name: 'basket',
  version: '1',
  initial: [],
  on: { ADDED: (fruits, { fruit }) => [...fruits, fruit] },
})

const Basket = createRunContext(basket)

function Badge({ of: owner }: { readonly of: string }): ReactElement {
  const count = Basket.useSnapshot(({ state }) => state.length)
  return (
    <output>
      {owner} has {count} in the basket.
    </output>
  )
}

function AddButton({ fruit }: { readonly fruit: string }): ReactElement {
  const send = Basket.useSend()
  return (
    <button type="button" onClick={() => send({ type: 'ADDED', fruit })}>
      Add {fruit}
    </button>
  )
}

export function CreateRunContextExample(): ReactElement {
  return (
    <>
      <Basket.Provider>
        <Badge of="Ada" />
        <AddButton fruit="an apple" />
      </Basket.Provider>
      <Basket.Provider>
        <Badge of="Grace" />
        <AddButton fruit="a pear" />
      </Basket.Provider>
    </>
  )
}
