// Lays out the graph of a machine: states in rows, by how many arrows they are from the initial one. An arrow to the next row is
// drawn between the rows; any other goes around, in a lane of its own beside them.

import type { AnyMachine } from '@xmachines/core'

/** A state in a drawing. */
interface PlacedState {
  readonly name: string
  /** Its centre. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly isInitial: boolean
  readonly isFinal: boolean
}

/** The arrows from one state to another, which share a line. */
interface PlacedArrow {
  readonly from: string
  readonly to: string
  readonly events: readonly string[]
  readonly label: string
  /** The line, as the path of an SVG, and where its label is. */
  readonly path: string
  readonly x: number
  readonly y: number
  /** Which end of the label is there. */
  readonly anchor: 'start' | 'middle' | 'end'
}

/** A drawing of a machine. */
export interface Layout {
  readonly states: readonly PlacedState[]
  readonly arrows: readonly PlacedArrow[]
  /** What events of `on` do, in any state: a line of text each. */
  readonly anywhere: readonly { readonly event: string; readonly text: string }[]
  readonly left: number
  readonly width: number
  readonly height: number
}

/** The height of a state, and the distances between rows and between states, in pixels. */
export const STATE_HEIGHT = 30
const ROW_GAP = 56
const GAP = 28
const LANE = 22

/** How wide text is, about. */
const widthOf = (text: string): number => text.length * 7

interface Line {
  readonly from: string
  readonly to: string
  readonly events: string[]
  readonly labels: string[]
}

/** Lays out the graph of a machine. Undefined if it has no states to draw. */
export function layOut({ graph }: AnyMachine): Layout | undefined {
  const { states, initial, final, arrows } = graph
  if (states.length === 0) return undefined
  const lines = new Map<string, Line>()
  const anywhere: { event: string; text: string }[] = []
  for (const { from, event, targets } of arrows) {
    if (from === undefined)
      anywhere.push({ event, text: targets === undefined ? event : `${event} → ${targets.join(', ')}` })
    else for (const to of targets ?? [from]) addLine(from, to, event, targets === undefined ? `${event} ?` : event)
  }

  function addLine(from: string, to: string, event: string, label: string): void {
    const key = keyOf(from, to)
    const line = lines.get(key) ?? { from, to, events: [], labels: [] }
    lines.set(key, line)
    line.events.push(event)
    line.labels.push(label)
  }

  const all = [...lines.values()]
  const rank = ranks(states, initial, all)
  const placed = place(states, rank, all, (name) => ({ isInitial: name === initial, isFinal: final.includes(name) }))
  const byName = new Map(placed.map((state) => [state.name, state]))
  const edges = { left: Math.min(...placed.map(leftOf)), right: Math.max(...placed.map(rightOf)) }
  const lanes = { left: 0, right: 0 }
  const drawn = all.flatMap((line) => {
    const [from, to] = [byName.get(line.from), byName.get(line.to)]
    return from === undefined || to === undefined ? [] : [draw(line, from, to)]
  })

  function draw(line: Line, from: PlacedState, to: PlacedState): PlacedArrow {
    const { events, labels } = line
    const label = labels.join(', ')
    const common = { from: from.name, to: to.name, events, label }
    const step = (rank.get(to.name) ?? 0) - (rank.get(from.name) ?? 0)
    if (from === to) return { ...common, ...loop(from) }
    if (Math.abs(step) === 1) return { ...common, ...down(from, to, lines.has(keyOf(to.name, from.name))) }
    if (step === 0) return { ...common, ...over(from, to) }
    const side = step < 0 ? 'left' : 'right'
    lanes[side]++
    return {
      ...common,
      ...around(from, to, side, side === 'left' ? edges.left - lanes.left * LANE : edges.right + lanes.right * LANE),
    }
  }

  const labelEnds = drawn.flatMap(({ x, label, anchor }) => {
    const start = x - widthOf(label) * { start: 0, middle: 0.5, end: 1 }[anchor]
    return [start, start + widthOf(label)]
  })
  const left = Math.min(edges.left - lanes.left * LANE, ...labelEnds) - 10
  const right = Math.max(edges.right + lanes.right * LANE, ...labelEnds) + 10
  const height = Math.max(...placed.map(({ y }) => y)) + STATE_HEIGHT / 2 + 12
  return { states: placed, arrows: drawn, anywhere, left, width: right - left, height }
}

const keyOf = (from: string, to: string): string => JSON.stringify([from, to])
const leftOf = ({ x, width }: PlacedState): number => x - width / 2
const rightOf = ({ x, width }: PlacedState): number => x + width / 2

/** How many arrows each state is from the initial one. Those that no arrow leads to come last. */
function ranks(
  states: readonly string[],
  initial: string | undefined,
  lines: readonly Line[],
): ReadonlyMap<string, number> {
  const rank = new Map<string, number>()
  for (const start of [...(initial === undefined ? [] : [initial]), ...states]) {
    if (rank.has(start)) continue
    const waiting = [start]
    rank.set(start, Math.max(-1, ...rank.values()) + 1)
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      for (const { from, to } of lines) {
        if (from !== name || rank.has(to)) continue
        rank.set(to, (rank.get(name) ?? 0) + 1)
        waiting.push(to)
      }
    }
  }
  return rank
}

/** Places states in rows, each row in the order of the states that lead to it. */
function place(
  states: readonly string[],
  rank: ReadonlyMap<string, number>,
  lines: readonly Line[],
  marksOf: (name: string) => Pick<PlacedState, 'isInitial' | 'isFinal'>,
): readonly PlacedState[] {
  const rows: string[][] = []
  for (const name of states) (rows[rank.get(name) ?? 0] ??= []).push(name)
  const placed = new Map<string, PlacedState>()
  for (const [at, row] of [...rows].entries()) {
    const names = row ?? []
    const weight = (name: string): number => {
      const sources = lines.filter((line) => line.to === name).flatMap((line) => placed.get(line.from) ?? [])
      return sources.length === 0 ? 0 : sources.reduce((sum, { x }) => sum + x, 0) / sources.length
    }
    names.sort((one, other) => weight(one) - weight(other))
    const rooms = names.map((name) => Math.max(boxWidth(name), roomOf(name)))
    let x = -(rooms.reduce((sum, room) => sum + room, 0) + GAP * (names.length - 1)) / 2
    for (const [index, name] of names.entries()) {
      const room = rooms[index] as number
      const y = 34 + at * (STATE_HEIGHT + ROW_GAP)
      placed.set(name, { name, x: x + room / 2, y, width: boxWidth(name), ...marksOf(name) })
      x += room + GAP
    }
  }
  return [...placed.values()]

  /** The labels of its arrows from and to the row above stand above a state. */
  function roomOf(name: string): number {
    const isAbove = (other: string): boolean => rank.get(other) === (rank.get(name) ?? 0) - 1
    const [ins, outs] = [
      lines.filter(({ from, to }) => to === name && isAbove(from)),
      lines.filter(({ from, to }) => from === name && isAbove(to)),
    ].map((some) => Math.max(0, ...some.map(({ labels }) => widthOf(labels.join(', ')))))
    return 2 * Math.max(ins ?? 0, outs ?? 0) * (outs === 0 ? 0.5 : 1) + (outs === 0 ? 0 : 28)
  }
}

const boxWidth = (name: string): number => Math.max(64, widthOf(name) + 26)

type Drawn = Pick<PlacedArrow, 'path' | 'x' | 'y' | 'anchor'>

/** To the next row, or back. Two that go both ways stand apart, with their labels on the outside. */
function down(from: PlacedState, to: PlacedState, isPair: boolean): Drawn {
  const sign = from.y < to.y ? 1 : -1
  const shift = isPair ? 9 * sign : 0
  const [x0, y0] = [from.x + shift, from.y + (sign * STATE_HEIGHT) / 2]
  const [x1, y1] = [to.x + shift, to.y - (sign * STATE_HEIGHT) / 2]
  const middle = (y0 + y1) / 2
  // The label is nearer to the lower row, where lines that come from one state have parted.
  const part = sign > 0 ? 0.78 : 0.22
  const rest = 1 - part
  const x = x0 * rest * rest * (1 + 2 * part) + x1 * part * part * (3 - 2 * part)
  const y = y0 * rest ** 3 + 3 * middle * part * rest + y1 * part ** 3
  const path = `M${x0} ${y0}C${x0} ${middle} ${x1} ${middle} ${x1} ${y1}`
  return isPair ? { path, x: x + 5 * sign, y, anchor: sign > 0 ? 'start' : 'end' } : { path, x, y, anchor: 'middle' }
}

/** Back to the same state. */
function loop(state: PlacedState): Drawn {
  const x = rightOf(state)
  const { y } = state
  return {
    path: `M${x} ${y - 7}C${x + 26} ${y - 20} ${x + 26} ${y + 20} ${x} ${y + 7}`,
    x: x + 24,
    y,
    anchor: 'start',
  }
}

/** To a state of the same row. */
function over(from: PlacedState, to: PlacedState): Drawn {
  const isRight = from.x < to.x
  const sign = isRight ? -1 : 1
  const y0 = from.y + (sign * STATE_HEIGHT) / 2
  const rise = y0 + sign * 26
  return {
    path: `M${from.x} ${y0}C${from.x} ${rise} ${to.x} ${rise} ${to.x} ${y0}`,
    x: (from.x + to.x) / 2,
    y: y0 + sign * 19,
    anchor: 'middle',
  }
}

/** To any other row, in a lane beside all rows. */
function around(from: PlacedState, to: PlacedState, side: 'left' | 'right', lane: number): Drawn {
  const x0 = side === 'left' ? leftOf(from) : rightOf(from)
  const x1 = side === 'left' ? leftOf(to) : rightOf(to)
  const y = (from.y + to.y) / 2
  const path = `M${x0} ${from.y}C${lane} ${from.y} ${lane} ${to.y} ${x1} ${to.y}`
  return { path, x: lane * 0.75 + ((x0 + x1) / 2) * 0.25, y, anchor: 'middle' }
}
