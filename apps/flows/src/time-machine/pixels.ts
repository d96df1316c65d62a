// A drawing as a machine: rows of pixels. An event paints one pixel, and states share their unchanged rows, so that a
// thousand states take little more memory than a few. Each step can be undone.

import { defineMachine, type Machine, refuse } from '@xmachines/core'
import { type Undoable, type UndoEvent, undoable } from '@xmachines/core/undo'

/** Rows of pixels, each a text with a colour character for each pixel; `.` is paper. */
export type Drawing = readonly string[]

/** The events of a drawing. */
export type DrawingEvent =
  | { readonly type: 'PAINT'; readonly x: number; readonly y: number; readonly colour: string }
  | { readonly type: 'CLEAR' }

/** The width and height of a drawing, in pixels. */
export const SIZE = 12

/** The colours of a pixel. */
export const COLOURS = '.roygbv'

const paper: Drawing = Array.from({ length: SIZE }, () => '.'.repeat(SIZE))

const plainPixels: Machine<Drawing, DrawingEvent> = defineMachine<Drawing, DrawingEvent>({
  name: 'pixels',
  version: '1',
  initial: paper,
  on: {
    PAINT: (drawing, { x, y, colour }) => {
      const row = drawing[y]
      if (row?.[x] === undefined) refuse(`There is no pixel at ${x}, ${y}.`)
      if (colour.length !== 1 || !COLOURS.includes(colour)) refuse(`There is no colour ${colour}.`)
      return row[x] === colour ? drawing : drawing.with(y, row.slice(0, x) + colour + row.slice(x + 1))
    },
    CLEAR: () => paper,
  },
})

export const pixels: Machine<Undoable<Drawing>, DrawingEvent | UndoEvent> = undoable(plainPixels)
