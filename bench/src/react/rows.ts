// The rows of the React benchmark. Each compares our hooks with the peers, on one page and with one copy of React.

import './commits.ts'
import { measure, type Side, type Timing } from '../harness.ts'
import { playInTurns } from '../rounds.ts'
import { type Bar, beside, type Line } from '../verdict.ts'
import { CELLS } from './cells.ts'
import type { Library } from './library.ts'
import { ours } from './ours.tsx'
import type { Counts, Tally } from './stage.ts'
import { xstate, xstateStore } from './statecharts.tsx'
import { conflated, redux, zustand } from './stores.tsx'
import { oneATask, ready, takeStream } from './stream.ts'
import { typeKeys } from './typing.ts'
import { mounting, updatingAll, updatingOne } from './updates.ts'

/** A measured row: its lines in the table, and the counts of each side. */
export interface Measured {
  readonly lines: readonly Line[]
  readonly tallies: readonly Tally[]
}

/** The peers of a row, and the bars that ours must hold against them. */
type Peers = readonly (readonly [Library, Bar?])[]

const ahead: Bar = { of: 'speed', limit: 1 }
const within: Bar = { of: 'time', limit: 1.2 }

const calm: Peers = [[xstate, ahead], [xstateStore], [zustand], [redux]]
const updated: Peers = [[xstate, ahead], [zustand, within], [xstateStore], [redux]]
const streamed: Peers = [[xstate, ahead], [conflated, within], [zustand], [xstateStore], [redux]]

const rows: Readonly<Record<string, () => Promise<Measured>>> = {
  mount: () => timed(cast('mount', calm, { renders: CELLS, commits: 1 }), mounting),
  one: () => timed(cast('one', updated, { renders: 1, commits: 1 }), updatingOne),
  all: () => timed(cast('all', updated, { renders: CELLS, commits: 1 }), updatingAll),
  stream: () => played(cast('stream', streamed), (library, tally) => takeStream(library, ready, tally)),
  paced: () => played(cast('paced', streamed), (library, tally) => takeStream(library, oneATask, tally)),
  typing: () => played(cast('typing', calm, { renders: 0, commits: 1 }), typeKeys),
}

/** The names of the rows, in the order of the table. */
export const rowNames: readonly string[] = Object.keys(rows)

/**
 * Measures one row.
 * @param name one of `rowNames`
 * @returns its lines in the table, and the counts of each side
 * @throws {RangeError} if there is no such row
 */
export async function measureRow(name: string): Promise<Measured> {
  const row = rows[name]
  if (row === undefined) throw new RangeError(`There is no row ${name}. Choose one of ${rowNames.join(', ')}.`)
  return row()
}

/** The sides of a row, ours first. */
interface Cast {
  readonly row: string
  readonly peers: Peers
  readonly parts: readonly { readonly library: Library; readonly tally: Tally }[]
}

function cast(row: string, peers: Peers, expected?: Counts): Cast {
  const parts = [ours, ...peers.map(([library]) => library)].map((library) => ({
    library,
    tally: { row, side: library.name, expected, events: 0, renders: 0, commits: 0 },
  }))
  return { row, peers, parts }
}

async function timed({ row, peers, parts }: Cast, sideOf: (library: Library, tally: Tally) => Side): Promise<Measured> {
  const timings = await measure(parts.map(({ library, tally }) => sideOf(library, tally)))
  return { lines: compare(row, timings, peers), tallies: parts.map(({ tally }) => tally) }
}

async function played(
  { row, peers, parts }: Cast,
  play: (library: Library, tally: Tally) => Promise<Record<string, number>>,
): Promise<Measured> {
  const figures = await playInTurns(
    parts.map(({ library, tally }) => ({ name: library.name, play: () => play(library, tally) })),
  )
  const lines = Object.entries(figures).flatMap(([figure, timings]) => compare(`${row}, ${figure}`, timings, peers))
  return { lines, tallies: parts.map(({ tally }) => tally) }
}

function compare(row: string, [own, ...others]: readonly Timing[], peers: Peers): Line[] {
  return others.map((timing, at) => beside(row, own as Timing, timing, peers[at]?.[1]))
}
