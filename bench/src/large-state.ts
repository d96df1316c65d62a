// A state of 10,000 rows, and an event that changes one of them: a run, and XState's actor.

import { createRun, defineMachine } from '@xmachines/core'
import { assign, createActor, createMachine } from 'xstate'

import type { Side } from './harness.ts'

const ROWS = 10_000

interface Row {
  readonly id: number
  readonly text: string
  readonly changes: number
}

interface Sheet {
  readonly rows: readonly Row[]
}

interface Changed {
  readonly type: 'CHANGED'
  readonly index: number
}

const blank = (): Sheet => ({ rows: Array.from({ length: ROWS }, (_, id) => ({ id, text: `row ${id}`, changes: 0 })) })

/** Spread, because V8 copies a frozen array 50 times slower by `slice` or `with`. */
function change({ rows }: Sheet, { index }: Changed): Sheet {
  const next = [...rows]
  const row = next[index] as Row
  next[index] = { ...row, changes: row.changes + 1 }
  return { rows: next }
}

const sheet = defineMachine<Sheet, Changed>({ name: 'sheet', version: '1', initial: blank, on: { CHANGED: change } })

const xstateSheet = createMachine({
  types: {} as { context: Sheet; events: Changed },
  context: blank,
  on: { CHANGED: { actions: assign(({ context, event }) => change(context, event)) } },
})

export const runChanged: Side = changes('in.send(event), development', () => {
  const run = createRun(sheet)
  return { send: run.in.send, current: () => run.snapshot.current.state }
})

export const actorChanged: Side = changes('XState actor.send, development', () => {
  const actor = createActor(xstateSheet).start()
  return { send: (event) => actor.send(event), current: () => actor.getSnapshot().context }
})

function changes(name: string, open: () => { send(event: Changed): unknown; current(): Sheet }): Side {
  return {
    name,
    start() {
      const { send, current } = open()
      let turns = 0
      return {
        run(times) {
          for (let turn = 0; turn < times; turn++) send({ type: 'CHANGED', index: turns++ % ROWS })
        },
        count: () => current().rows.reduce((sum, row) => sum + row.changes, 0),
      }
    },
  }
}
