// The state of every side: a thousand cells and a text, and the events that change them. All sides compute the next
// state with the same functions.

/** The number of cells. Each is shown by one component. */
export const CELLS = 1000

export interface Sheet {
  readonly text: string
  readonly cells: readonly number[]
}

export type SheetEvent =
  | { readonly type: 'RAISED'; readonly index: number }
  | { readonly type: 'ALL_RAISED' }
  | { readonly type: 'TYPED'; readonly text: string }

/** The initial sheet. */
export const blank: Sheet = { text: 'hello', cells: Array.from({ length: CELLS }, () => 0) }

/**
 * The sheet after one cell was raised. It uses spread, because V8 copies frozen arrays 50 times slower with `slice` or
 * `with`.
 */
export function raise(sheet: Sheet, index: number): Sheet {
  const cells = [...sheet.cells]
  cells[index] = (cells[index] as number) + 1
  return { ...sheet, cells }
}

/** The sheet after every cell was raised. */
export function raiseAll(sheet: Sheet): Sheet {
  return { ...sheet, cells: sheet.cells.map((count) => count + 1) }
}

/** The sheet after its text was typed. */
export function type(sheet: Sheet, text: string): Sheet {
  return { ...sheet, text }
}

/** The sheet after an event. */
export function reduce(sheet: Sheet, event: SheetEvent): Sheet {
  if (event.type === 'RAISED') return raise(sheet, event.index)
  if (event.type === 'ALL_RAISED') return raiseAll(sheet)
  return event.type === 'TYPED' ? type(sheet, event.text) : sheet
}
