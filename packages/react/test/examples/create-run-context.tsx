import { defineMachine } from '@xmachines/core'
import { createRunContext } from '@xmachines/react'

const basket = defineMachine<readonly string[], { type: 'ADD'; item: string }>({
  name: 'basket',
  version: '1',
  initial: [],
  on: { ADD: (items, { item }) => [...items, item] },
})

const Basket = createRunContext(basket)

function Badge() {
  return <output>{Basket.useSnapshot(({ state }) => state.length)}</output>
}

function AddButton({ item }: { item: string }) {
  const send = Basket.useSend()
  return (
    <button type="button" onClick={() => send({ type: 'ADD', item })}>
      Add {item}
    </button>
  )
}

export function Shop() {
  return (
    <Basket.Provider>
      <Badge />
      <AddButton item="apples" />
    </Basket.Provider>
  )
}
