// The sheet in a run.

import { createRun, defineMachine, type Machine, type Run } from '@xmachines/core'
import { useSend, useSnapshot } from '@xmachines/react'
import type { ReactNode } from 'react'

import { blank, raise, raiseAll, type Sheet, type SheetEvent, type } from './cells.ts'
import { countRender, type Library, thousand } from './library.ts'

const sheet: Machine<Sheet, SheetEvent> = defineMachine<Sheet, SheetEvent>({
  name: 'sheet',
  version: '1',
  initial: blank,
  on: {
    RAISED: (state, { index }) => raise(state, index),
    ALL_RAISED: (state) => raiseAll(state),
    TYPED: (state, { text }) => type(state, text),
  },
})

type SheetRun = Run<Sheet, SheetEvent>

function Cell({ run, index }: { run: SheetRun; index: number }): ReactNode {
  countRender()
  const count = useSnapshot(run, ({ state }) => state.cells[index])
  return <span>{count}</span>
}

function Field({ run }: { run: SheetRun }): ReactNode {
  const text = useSnapshot(run, ({ state }) => state.text)
  const send = useSend(run)
  return <input aria-label="text" value={text} onChange={({ target }) => send({ type: 'TYPED', text: target.value })} />
}

export const ours: Library = {
  name: '@xmachines/react',
  open() {
    const run = createRun(sheet)
    return {
      cells: thousand(Cell, { run }),
      field: <Field run={run} />,
      send: run.in.send,
      follow: (source) => source.pipeTo(run.in, { preventClose: true }),
    }
  },
}
