// Ours beside the peer's, as plain data: the two figures, their ratio, and whether it holds the bar.

import { median, type Timing } from './harness.ts'

/** What a ratio is of: how much longer ours takes, how much faster it is, how much larger. */
type Measure = 'time' | 'speed' | 'size'

export interface Bar {
  readonly of: 'time' | 'speed'
  readonly limit: number
}

/** What was measured, and what it came to. */
export interface Figure {
  readonly name: string
  readonly value: number
}

/** The median of the ratios of each round, and the quartiles around it; or one ratio of two figures. */
interface Ratio {
  readonly of: Measure
  readonly middle: number
  readonly quartiles?: readonly [low: number, high: number]
}

/** One line of the table. */
export interface Line {
  readonly row: string
  readonly unit: 'ns' | 'bytes'
  readonly ours: Figure
  readonly peer: Figure
  readonly ratio: Ratio
  /** Missing where the line is there for information. */
  readonly bar?: { readonly text: string; readonly holds: boolean }
}

/** Ours beside a peer, for information or with a bar. */
export function beside(row: string, ours: Timing, peer: Timing, bar?: Bar): Line {
  const of = bar?.of ?? 'speed'
  const ratios = ours.rounds
    .map((took, round) => ratioOf(of, took, peer.rounds[round] as number))
    .toSorted((a, b) => a - b)
  const quarter = ratios.length >> 2
  const middle = median(ratios)
  const line: Line = {
    row,
    unit: 'ns',
    ours: middleOf(ours),
    peer: middleOf(peer),
    ratio: { of, middle, quartiles: [ratios[quarter] as number, ratios[ratios.length - 1 - quarter] as number] },
  }
  if (bar === undefined) return line
  const holds = of === 'time' ? middle <= bar.limit : middle >= bar.limit
  return { ...line, bar: { text: `${of === 'time' ? '≤' : '≥'} ${bar.limit}× the ${of}`, holds } }
}

/** A figure that has a bar of its own, with a peer's for information. */
export function alone(row: string, unit: Line['unit'], ours: Figure, peer: Figure, most: number, text: string): Line {
  const of = unit === 'ns' ? 'speed' : 'size'
  const ratio = { of, middle: ratioOf(of, ours.value, peer.value) } as const
  return { row, unit, ours, peer, ratio, bar: { text: `≤ ${text}`, holds: ours.value <= most } }
}

/** The median of a timing. */
export function middleOf({ name, rounds }: Timing): Figure {
  return { name, value: median(rounds) }
}

function ratioOf(of: Measure, ours: number, peer: number): number {
  return of === 'speed' ? peer / ours : ours / peer
}
