// The sheet in XState and in @xstate/store, as their documentation shows it: every component selects its part.

import { useSelector } from '@xstate/react'
import { createStore, useSelector as useStoreSelector } from '@xstate/store-react'
import type { ReactNode } from 'react'
import { type ActorRefFrom, assign, createActor, createMachine } from 'xstate'

import { blank, raise, raiseAll, type Sheet, type SheetEvent, type } from './cells.ts'
import { countRender, type Library, sendEach, thousand } from './library.ts'

const machine = createMachine({
  types: {} as { context: Sheet; events: SheetEvent },
  context: blank,
  on: {
    RAISED: { actions: assign(({ context, event }) => raise(context, event.index)) },
    ALL_RAISED: { actions: assign(({ context }) => raiseAll(context)) },
    TYPED: { actions: assign(({ context, event }) => type(context, event.text)) },
  },
})

type SheetActor = ActorRefFrom<typeof machine>

function ActorCell({ actor, index }: { actor: SheetActor; index: number }): ReactNode {
  countRender()
  const count = useSelector(actor, ({ context }) => context.cells[index])
  return <span>{count}</span>
}

function ActorField({ actor }: { actor: SheetActor }): ReactNode {
  const text = useSelector(actor, ({ context }) => context.text)
  return (
    <input
      aria-label="text"
      value={text}
      onChange={({ target }) => actor.send({ type: 'TYPED', text: target.value })}
    />
  )
}

export const xstate: Library = {
  name: '@xstate/react',
  open() {
    const actor = createActor(machine).start()
    return {
      cells: thousand(ActorCell, { actor }),
      field: <ActorField actor={actor} />,
      send: actor.send,
      follow: (source) => sendEach(source, actor.send),
    }
  },
}

type SheetStore = ReturnType<typeof createSheetStore>

function createSheetStore() {
  return createStore({
    context: blank,
    on: {
      RAISED: (context, { index }: { index: number }) => raise(context, index),
      ALL_RAISED: (context) => raiseAll(context),
      TYPED: (context, { text }: { text: string }) => type(context, text),
    },
  })
}

function StoreCell({ store, index }: { store: SheetStore; index: number }): ReactNode {
  countRender()
  const count = useStoreSelector(store, ({ context }) => context.cells[index])
  return <span>{count}</span>
}

function StoreField({ store }: { store: SheetStore }): ReactNode {
  const text = useStoreSelector(store, ({ context }) => context.text)
  return (
    <input
      aria-label="text"
      value={text}
      onChange={({ target }) => store.send({ type: 'TYPED', text: target.value })}
    />
  )
}

export const xstateStore: Library = {
  name: '@xstate/store-react',
  open() {
    const store = createSheetStore()
    return {
      cells: thousand(StoreCell, { store }),
      field: <StoreField store={store} />,
      send: store.send,
      follow: (source) => sendEach(source, store.send),
    }
  },
}
