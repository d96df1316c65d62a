// The rows of "What good means here" that concern core, each measured beside its peers.

import { createRun } from '@xmachines/core'

import { actorsCreated, createActors, createRuns, MANY, runsCreated } from './created.ts'
import { measure, type Side, type Timing } from './harness.ts'
import { weigh } from './heap.ts'
import { type CountEvent, counter } from './machine.ts'
import { awaited, awaitedBatch, outFollowed, sent, sentBatch, snapshotFollowed } from './ours.ts'
import { redux, transform, writable, xstate, xstateStore, zustand } from './peers.ts'
import { restoration } from './restored.ts'
import { alone, type Bar, beside, type Figure, type Line, middleOf } from './verdict.ts'

const MILLION = 1_000_000

const rows: Readonly<Record<string, () => Promise<Line[]>>> = {
  in: () => besideEach('in', awaited, [writable, { of: 'time', limit: 1.5 }], [xstate, { of: 'speed', limit: 3 }]),

  send: () =>
    besideEach(
      'send',
      sent,
      [xstate, { of: 'speed', limit: 10 }],
      [xstateStore, { of: 'speed', limit: 1 }],
      [zustand],
      [redux],
    ),

  batch: async () => [
    ...(await besideEach('batch', sentBatch, [xstate, { of: 'speed', limit: 15 }])),
    ...(await besideEach('batch', awaitedBatch, [xstate])),
  ],

  out: () => besideEach('out', outFollowed, [transform, { of: 'time', limit: 1.3 }]),

  snapshot: () => besideEach('snapshot', snapshotFollowed, [transform, { of: 'time', limit: 1.3 }]),

  create: async () => {
    const timings = await measure([runsCreated, actorsCreated])
    const [run, actor] = timings.map(middleOf) as [Figure, Figure]
    const heldRun = { name: 'createRun, held', value: (await weigh(createRuns)) / MANY }
    const heldActor = { name: 'XState createActor', value: (await weigh(createActors)) / MANY }
    return [
      alone('create', 'ns', run, actor, 500, '500 ns'),
      alone('create', 'bytes', heldRun, heldActor, 1024, '1 KiB'),
    ]
  },

  restore: () => {
    const { ours, noble } = restoration()
    return besideEach('restore', ours, [noble, { of: 'speed', limit: 0.6 }])
  },

  history: async () => {
    const ours = { name: '1,000,000 events in history', value: await weigh(millionInHistory) }
    const bare = { name: 'the same objects in an array', value: await weigh(millionInArray) }
    return [alone('history', 'bytes', ours, bare, 150e6, '150 MB')]
  },
}

/** The names of the rows, in the order of the table. */
export const rowNames: readonly string[] = Object.keys(rows)

/**
 * Measures one row.
 * @param name one of `rowNames`
 * @returns the lines that it has in the table
 */
export async function measureRow(name: string): Promise<Line[]> {
  const row = rows[name]
  if (row === undefined) throw new RangeError(`There is no row ${name}; the rows are ${rowNames.join(', ')}`)
  return row()
}

async function besideEach(row: string, ours: Side, ...peers: [Side, Bar?][]): Promise<Line[]> {
  const [own, ...others] = await measure([ours, ...peers.map(([side]) => side)])
  return others.map((timing, at) => beside(row, own as Timing, timing, peers[at]?.[1]))
}

function millionInHistory(): object {
  const run = createRun(counter)
  for (let index = 0; index < MILLION; index++) run.in.send({ type: 'INC', by: 1 })
  if (run.snapshot.current.sequence !== MILLION) throw new Error('events are missing in the history')
  return run
}

function millionInArray(): object {
  const events: CountEvent[] = []
  for (let index = 0; index < MILLION; index++) events.push({ type: 'INC', by: 1 })
  return events
}
