// A thousand events for a drawing: coloured rings that spread from its middle.

import { COLOURS, type DrawingEvent, SIZE } from './pixels.ts'

/** Paints one pixel after another, from the middle outwards, and then starts over with other colours. */
export function ripples(length: number): readonly DrawingEvent[] {
  const middle = (SIZE - 1) / 2
  const places = Array.from({ length: SIZE * SIZE }, (_, index) => {
    const [x, y] = [index % SIZE, Math.floor(index / SIZE)]
    return { x, y, ring: Math.round(Math.hypot(x - middle, y - middle)) }
  }).toSorted((one, other) => one.ring - other.ring)
  return Array.from({ length }, (_, index) => {
    // There is a place for every remainder.
    const { x, y, ring } = places[index % places.length] as (typeof places)[number]
    const round = Math.floor(index / places.length)
    return { type: 'PAINT', x, y, colour: COLOURS.charAt(1 + ((ring + round) % (COLOURS.length - 1))) }
  })
}
