// Compares ours with a peer, as plain data: the two figures, their ratio, and whether it holds the bar.

import { median, type Timing } from './harness.ts'

/** What a ratio compares: how much longer ours takes, how much faster it is, how much larger. */
type Measure = 'time' | 'speed' | 'size'

/** What ours must reach beside a peer. Without a limit the line is for information. */
export interface Bar {
  readonly of: 'time' | 'speed'
  /** What the median must reach: at most this for `time`, at least this for `speed`. */
  readonly limit?: number
  /** What the worse quartile must reach as well. */
  readonly quartile?: number
}

/** One measured number, and what it was measured on. */
export interface Figure {
  readonly name: string
  readonly value: number
}

/** The median of the ratios of all rounds, with their quartiles; or one ratio of two figures. */
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
  /** Missing if the line is for information. */
  readonly bar?: { readonly text: string; readonly holds: boolean }
}

/** Ours beside a peer, for information or with a bar. */
export function beside(row: string, ours: Timing, peer: Timing, { of, limit, quartile }: Bar = { of: 'speed' }): Line {
  const ratios = ours.rounds
    .map((time, round) => ratioOf(of, time, peer.rounds[round] as number))
    .toSorted((a, b) => a - b)
  const quarter = ratios.length >> 2
  const low = ratios[quarter] as number
  const high = ratios[ratios.length - 1 - quarter] as number
  const middle = median(ratios)
  const line: Line = {
    row,
    unit: 'ns',
    ours: middleOf(ours),
    peer: middleOf(peer),
    ratio: { of, middle, quartiles: [low, high] },
  }
  if (limit === undefined) return line
  const atMost = of === 'time'
  const reaches = (value: number, due: number): boolean => (atMost ? value <= due : value >= due)
  const sign = atMost ? '≤' : '≥'
  const second = quartile === undefined ? '' : `, quartile ${sign} ${quartile}×`
  const holds = reaches(middle, limit) && (quartile === undefined || reaches(atMost ? high : low, quartile))
  return { ...line, bar: { text: `${sign} ${limit}× the ${of}${second}`, holds } }
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
