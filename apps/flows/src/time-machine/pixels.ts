// A drawing as a machine: rows of pixels, of which an event paints one. Rows that did not change are shared by the states
// before and after, so that a thousand states of it weigh little more than a few.

import { defineMachine, type Machine } from '@xmachines/core'

/** Rows of pixels, each a text: of a pixel its character is its colour, and `.` is paper. */
export type Drawing = readonly string[]

/** What can be done to a drawing. */
export type DrawingEvent =
  | { readonly type: 'PAINT'; readonly x: number; readonly y: number; readonly colour: string }
  | { readonly type: 'CLEAR' }

/** How many pixels a drawing has each way. */
export const SIZE = 12

/** What a pixel can be. */
export const COLOURS = '.roygbv'

const paper: Drawing = Array.from({ length: SIZE }, () => '.'.repeat(SIZE))

export const pixels: Machine<Drawing, DrawingEvent> = defineMachine<Drawing, DrawingEvent>({
  name: 'pixels',
  version: '1',
  initial: paper,
  on: {
    PAINT: (drawing, { x, y, colour }) => {
      const row = drawing[y]
      if (row?.[x] === undefined) throw new Error(`There is no pixel at ${x}, ${y}.`)
      if (colour.length !== 1 || !COLOURS.includes(colour)) throw new Error(`There is no colour ${colour}.`)
      return row[x] === colour ? drawing : drawing.with(y, row.slice(0, x) + colour + row.slice(x + 1))
    },
    CLEAR: () => paper,
  },
})
