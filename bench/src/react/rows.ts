// The rows of what good means in React, each measured beside the peers, in one page and with one React.

import './commits.ts'
import { measure, type Side, type Timing } from '../harness.ts'
import { named } from '../named-rows.ts'
import { playInTurns } from '../rounds.ts'
import { alone, type Bar, beside, type Line, middleOf } from '../verdict.ts'
import { CELLS } from './cells.ts'
import type { Library } from './library.ts'
import { ours } from './ours.tsx'
import type { Counts, Tally } from './stage.ts'
import { xstate, xstateStore } from './statecharts.tsx'
import { conflated, redux, zustand } from './stores.tsx'
import { inWorker, oneATask, ready, type Source, takeStream } from './stream.ts'
import { typeKeys } from './typing.ts'
import { mounting, updatingAll, updatingOne } from './updates.ts'

/** A row: its lines in the table, and what each side did. */
export interface Measured {
  readonly lines: readonly Line[]
  readonly tallies: readonly Tally[]
}

/** The peers of a row, and what ours is to hold beside them. */
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
  stream: () => streamedFrom('stream', ready),
  paced: () => streamedFrom('paced', oneATask),
  worker: () => streamedFrom('worker', inWorker),
  typing: () => played(cast('typing', calm, { renders: 0, commits: 1 }), typeKeys),
}

export const { rowNames, measureRow } = named(rows)

/** Who takes part in a row: ours first. */
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

/** A row of a stream, with a bar of its own for the time until the last event is painted. */
async function streamedFrom(row: string, source: Source): Promise<Measured> {
  return await played(
    cast(row, streamed),
    (library, tally) => takeStream(library, source, tally),
    (figure, [own, peer]) => {
      if (figure !== 'last' || own === undefined || peer === undefined) return undefined
      return alone(`${row}, last`, 'ns', middleOf(own), middleOf(peer), 100e6, '100 ms')
    },
  )
}

/** Plays a row. A figure with a bar of its own is judged by it; the others are compared with each peer. */
async function played(
  { row, peers, parts }: Cast,
  play: (library: Library, tally: Tally) => Promise<Record<string, number>>,
  judge: (figure: string, timings: readonly Timing[]) => Line | undefined = () => undefined,
): Promise<Measured> {
  const figures = await playInTurns(
    parts.map(({ library, tally }) => ({ name: library.name, play: () => play(library, tally) })),
  )
  const lines = Object.entries(figures).flatMap(
    ([figure, timings]) => judge(figure, timings) ?? compare(`${row}, ${figure}`, timings, peers),
  )
  return { lines, tallies: parts.map(({ tally }) => tally) }
}

function compare(row: string, [own, ...others]: readonly Timing[], peers: Peers): Line[] {
  return others.map((timing, at) => beside(row, own as Timing, timing, peers[at]?.[1]))
}
