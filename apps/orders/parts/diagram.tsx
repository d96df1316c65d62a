// The machine as it is, drawn: places are laid out by hand, and the arrows are those of the machine. The current place is lit.

import { type Order, order, placeNames } from '../order/order.ts'

type Place = Order['at']
interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const WIDTH = 104
const HEIGHT = 36
const box = (column: number, row: number): Box => ({
  x: 10 + column * 136,
  y: 22 + row * 84,
  width: WIDTH,
  height: HEIGHT,
})

const places: Readonly<Record<Place, Box>> = {
  cart: box(0, 0),
  paying: box(1, 0),
  packing: box(2, 0),
  shipping: box(3, 0),
  shipped: box(4, 0),
  unpaid: box(1, 1),
  cancelling: box(0, 1),
  cancelled: box(0, 2),
  reviewing: box(2, 1),
  refunding: box(3, 1),
  refunded: box(4, 1),
}

/** A refund begins in each of these and leads back to it, so they have their arrows together. */
const PAID: readonly Place[] = ['packing', 'shipping', 'shipped']
const around: Box = { x: 274, y: 10, width: 392, height: 60 }

interface Arrow {
  readonly from: Box
  readonly to: Box
}

const isPaid = (place: Place): boolean => PAID.includes(place)

/** The arrows of the machine, each once. */
const arrows: readonly Arrow[] = (() => {
  const found = new Map<string, Arrow>()
  for (const { from, targets } of order.graph.arrows) {
    for (const target of targets ?? []) {
      const [one, other] = [from as Place, target as Place]
      if (one === other) continue
      const isWithin = isPaid(one) === isPaid(other) || one === 'paying'
      const [start, end] = isWithin ? [one, other] : [isPaid(one) ? 'paid' : one, isPaid(other) ? 'paid' : other]
      found.set(`${start} ${end}`, {
        from: start === 'paid' ? around : places[start as Place],
        to: end === 'paid' ? around : places[end as Place],
      })
    }
  }
  return [...found.values()]
})()

/** A line between the edges of two boxes; there and back run side by side. */
function path({ from, to }: Arrow): string {
  const isAcross = Math.abs(centre(from).y - centre(to).y) < 30
  if (isAcross) {
    const sign = from.x < to.x ? 1 : -1
    const start = sign === 1 ? from.x + from.width : from.x
    const end = sign === 1 ? to.x : to.x + to.width
    return `M${start} ${centre(from).y} L${end - sign * 3} ${centre(to).y}`
  }
  const isDown = from.y < to.y
  const shift = isDown ? 14 : -14
  const startY = isDown ? from.y + from.height : from.y
  const endY = isDown ? to.y - 3 : to.y + to.height + 3
  const startX = (from === around ? centre(to).x : centre(from).x) + shift
  const endX = (to === around ? centre(from).x : centre(to).x) + shift
  return `M${startX} ${startY} C${startX} ${(startY + endY) / 2} ${endX} ${(startY + endY) / 2} ${endX} ${endY}`
}

function centre({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 }
}

export function Diagram({ at }: { at: Place }) {
  return (
    <div className="scrolling">
      <svg className="diagram" viewBox="0 0 676 236" role="img" aria-label={`The order is at: ${placeNames[at]}`}>
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 L8 4 L0 8 Z" />
          </marker>
        </defs>
        <rect className="around" {...around} rx="14" />
        {arrows.map((arrow) => (
          <path key={path(arrow)} className="arrow" d={path(arrow)} markerEnd="url(#tip)" />
        ))}
        {Object.entries(places).map(([place, where]) => (
          <g key={place} className={place === at ? 'lit' : undefined}>
            <rect {...where} rx="10" />
            <text x={centre(where).x} y={centre(where).y}>
              {placeNames[place as Place]}
            </text>
          </g>
        ))}
      </svg>
    </div>
  )
}
