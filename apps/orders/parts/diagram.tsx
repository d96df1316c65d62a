// The machine as it is, drawn: places are laid out by hand, and the arrows are those of the machine. The current place is lit.

import { type Order, order } from '../order/order.ts'
import { placeNames } from '../order/places.ts'

type Place = Order['at']
interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How far along an order is at a place, and how far beside the way that it should go. */
const layout: Readonly<Record<Place, readonly [along: number, beside: number]>> = {
  cart: [0, 0],
  paying: [1, 0],
  packing: [2, 0],
  shipping: [3, 0],
  shipped: [4, 0],
  cancelling: [0, 1],
  unpaid: [1, 1],
  reviewing: [2, 1],
  refunding: [3, 1],
  refunded: [4, 1],
  cancelled: [0, 2],
}
const names = Object.keys(layout) as Place[]

/** A refund begins in each of these and leads back to it, so they have their arrows together. */
const isPaid = (place: Place): boolean => ['packing', 'shipping', 'shipped'].includes(place)

/** Where everything is: along the page, or down on a phone. */
interface Plan {
  readonly name: 'wide' | 'tall'
  readonly size: readonly [width: number, height: number]
  readonly boxOf: (place: Place) => Box
  /** Around the places that have their arrows together. */
  readonly around: Box
}

const SIZE = { width: 104, height: 36 }
const plans: readonly Plan[] = [
  {
    name: 'wide',
    size: [676, 236],
    boxOf: (place) => ({ x: 10 + layout[place][0] * 136, y: 22 + layout[place][1] * 84, ...SIZE }),
    around: { x: 274, y: 10, width: 392, height: 60 },
  },
  {
    name: 'tall',
    size: [396, 346],
    boxOf: (place) => ({ x: 12 + layout[place][1] * 134, y: 12 + layout[place][0] * 70, ...SIZE }),
    around: { x: 2, y: 142, width: 124, height: 200 },
  },
]

/** The arrows of the machine, each once. Undefined is all paid places together. */
const arrows: readonly (readonly [from: Place | undefined, to: Place | undefined])[] = (() => {
  const found = new Map<string, readonly [Place | undefined, Place | undefined]>()
  for (const { from, targets } of order.graph.arrows) {
    for (const target of targets ?? []) {
      const [one, other] = [from as Place, target as Place]
      if (one === other) continue
      const isBetween = isPaid(one) === isPaid(other) || one === 'paying'
      const ends = isBetween ? [one, other] : [isPaid(one) ? undefined : one, isPaid(other) ? undefined : other]
      found.set(ends.join(), [ends[0], ends[1]])
    }
  }
  return [...found.values()]
})()

const centreX = ({ x, width }: Box): number => x + width / 2
const centreY = ({ y, height }: Box): number => y + height / 2

/** Whether there is an arrow back, so that both run side by side. */
const hasReturn = (from: Place | undefined, to: Place | undefined): boolean =>
  arrows.some(([one, other]) => one === to && other === from)

/** A line between the edges of two boxes, so far from the middle. */
function lineBetween(from: Box, to: Box, aside: number): string {
  const isBeside = Math.min(from.y + from.height, to.y + to.height) > Math.max(from.y, to.y)
  if (isBeside) {
    const isRight = from.x < to.x
    const y = centreY(from.height < to.height ? from : to) + (isRight ? -aside : aside)
    return `M${isRight ? from.x + from.width : from.x} ${y} L${isRight ? to.x - 3 : to.x + to.width + 3} ${y}`
  }
  const isDown = from.y < to.y
  const startY = isDown ? from.y + from.height : from.y
  const endY = isDown ? to.y - 3 : to.y + to.height + 3
  const isAbove = Math.min(from.x + from.width, to.x + to.width) > Math.max(from.x, to.x)
  const narrow = from.width < to.width ? from : to
  const shift = isDown ? aside : -aside
  // A slanted line keeps away from the straight ones, which use the middle.
  const slant = isAbove ? 0 : Math.sign(centreX(to) - centreX(from)) * 30
  const startX = centreX(isAbove ? narrow : from) + shift + slant
  const endX = centreX(isAbove ? narrow : to) + shift - slant
  return `M${startX} ${startY} C${startX} ${(startY + endY) / 2} ${endX} ${(startY + endY) / 2} ${endX} ${endY}`
}

export function Diagram({ at }: { at: Place }) {
  return plans.map(({ name, size: [width, height], boxOf, around }) => (
    <svg
      key={name}
      className={`diagram ${name}`}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`The order is at: ${placeNames[at]}`}
    >
      <defs>
        <marker id={`tip-${name}`} viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 L8 4 L0 8 Z" />
        </marker>
      </defs>
      <rect className="around" {...around} rx="14" />
      {arrows.map(([from, to]) => (
        <path
          key={`${from} ${to}`}
          className="arrow"
          d={lineBetween(
            from === undefined ? around : boxOf(from),
            to === undefined ? around : boxOf(to),
            hasReturn(from, to) ? 9 : 0,
          )}
          markerEnd={`url(#tip-${name})`}
        />
      ))}
      {names.map((place) => (
        <g key={place} className={place === at ? 'lit' : undefined}>
          <rect {...boxOf(place)} rx="10" />
          <text x={centreX(boxOf(place))} y={centreY(boxOf(place))}>
            {placeNames[place]}
          </text>
        </g>
      ))}
    </svg>
  ))
}
