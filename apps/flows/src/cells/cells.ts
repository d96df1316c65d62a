// A thousand counters in one run, as a machine. An event copies only the row that it changes, so that most of the state
// stays the same object.

import { defineMachine, type Machine, refuse } from '@xmachines/core'

export const ROWS = 25
export const COLUMNS = 40

/** The count of each cell, row by row. */
export type Cells = readonly (readonly number[])[]

export type CellsEvent =
  | { readonly type: 'COUNT'; readonly row: number; readonly column: number }
  | { readonly type: 'CLEAR' }

const empty: Cells = Array.from({ length: ROWS }, () => Array.from({ length: COLUMNS }, () => 0))

export const cells: Machine<Cells, CellsEvent> = defineMachine<Cells, CellsEvent>({
  name: 'cells',
  version: '1',
  initial: empty,
  on: { COUNT: count, CLEAR: () => empty },
})

function count(rows: Cells, { row, column }: Extract<CellsEvent, { readonly type: 'COUNT' }>): Cells {
  const counts = rows[row]
  const before = counts?.[column]
  if (counts === undefined || before === undefined) refuse(`There is no cell ${row}, ${column}.`)
  return rows.with(row, counts.with(column, before + 1))
}
