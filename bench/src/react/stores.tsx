// The sheet in zustand and in Redux, as their documentation shows it: every component selects its part.

import type { ReactNode } from 'react'
import { Provider, useDispatch, useSelector } from 'react-redux'
import { legacy_createStore as createReduxStore, type Dispatch } from 'redux'
import { createStore, type StoreApi, useStore } from 'zustand'

import { blank, reduce, type Sheet, type SheetEvent } from './cells.ts'
import { countRender, type Library, type Opened, sendEach, thousand } from './library.ts'

type SheetStore = StoreApi<Sheet>

function ZustandCell({ store, index }: { store: SheetStore; index: number }): ReactNode {
  countRender()
  const count = useStore(store, ({ cells }) => cells[index])
  return <span>{count}</span>
}

function ZustandField({ store }: { store: SheetStore }): ReactNode {
  const text = useStore(store, (sheet) => sheet.text)
  return <input aria-label="text" value={text} onChange={({ target }) => store.setState({ text: target.value })} />
}

export const zustand: Library = {
  name: 'zustand',
  open: () => openZustand((apply) => (event) => apply([event])),
}

/** Collects streamed events and applies them once a frame, as ours does. */
export const conflated: Library = { name: 'zustand, once a frame', open: () => openZustand(onceAFrame) }

function openZustand(gather: (apply: (events: SheetEvent[]) => void) => (event: SheetEvent) => void): Opened {
  const store = createStore<Sheet>(() => blank)
  const send = (event: SheetEvent): void => store.setState((sheet) => reduce(sheet, event))
  const gathered = gather((events) => store.setState((sheet) => events.reduce(reduce, sheet)))
  return {
    cells: thousand(ZustandCell, { store }),
    field: <ZustandField store={store} />,
    send,
    follow: (source) => sendEach(source, gathered),
  }
}

function onceAFrame(apply: (events: SheetEvent[]) => void): (event: SheetEvent) => void {
  let events: SheetEvent[] = []
  const flush = (): void => {
    const collected = events
    events = []
    apply(collected)
  }
  return (event) => {
    if (events.push(event) === 1) requestAnimationFrame(flush)
  }
}

function ReduxCell({ index }: { index: number }): ReactNode {
  countRender()
  const count = useSelector(({ cells }: Sheet) => cells[index])
  return <span>{count}</span>
}

function ReduxField(): ReactNode {
  const text = useSelector((sheet: Sheet) => sheet.text)
  const dispatch = useDispatch<Dispatch<SheetEvent>>()
  return (
    <input aria-label="text" value={text} onChange={({ target }) => dispatch({ type: 'TYPED', text: target.value })} />
  )
}

export const redux: Library = {
  name: 'react-redux',
  open() {
    const store = createReduxStore((sheet: Sheet = blank, event: SheetEvent) => reduce(sheet, event))
    const provided = (children: ReactNode): ReactNode => <Provider store={store}>{children}</Provider>
    return {
      cells: provided(thousand(ReduxCell, {})),
      field: provided(<ReduxField />),
      send: store.dispatch,
      follow: (source) => sendEach(source, store.dispatch),
    }
  },
}
