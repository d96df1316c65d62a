// The rows of "What good means here" about core in production mode, each measured beside its peers.

import { createRun, type ObjectFormat } from '@xmachines/core'

import { comparePairs } from './compare.ts'
import { actorsCreated, createActors, createRuns, MANY, runsCreated } from './created.ts'
import { cursorFollowed, loggedWrites, sizedWrites } from './floors.ts'
import { measure } from './harness.ts'
import { weigh } from './heap.ts'
import { type CountEvent, counter } from './machine.ts'
import { named } from './named-rows.ts'
import { awaited, awaitedBatch, outFollowed, sent, sentBatch, sentObserved, snapshotFollowed } from './ours.ts'
import { redux, transform, writable, xstate, xstateStore, zustand } from './peers.ts'
import { restoration } from './restored.ts'
import { alone, type Bar, type Figure, type Line, middleOf } from './verdict.ts'

const MILLION = 1_000_000

/** For information, read as a time. */
const asTime: Bar = { of: 'time' }
const followed: Bar = { of: 'time', limit: 1.1 }

declare global {
  /** The platform's own SHA-1, if it is synchronous: `node.ts` passes in that of Node. */
  var nativeSha1: ObjectFormat | undefined
}

const rows: Readonly<Record<string, () => Promise<Line[]>>> = {
  in: () =>
    comparePairs('in', [
      [awaited, writable, { of: 'time', limit: 1.6 }],
      [awaited, xstate, { of: 'speed', limit: 4 }],
      [sizedWrites, writable, asTime],
      [loggedWrites, writable, asTime],
    ]),

  send: () =>
    comparePairs('send', [
      [sent, xstate, { of: 'speed', limit: 11, quartile: 9.5 }],
      [sent, xstateStore, { of: 'time', limit: 1.5 }],
      [sent, zustand],
      [sent, redux],
    ]),

  observed: () => comparePairs('observed', [[sentObserved, sent, { of: 'time', limit: 1.05 }]]),

  batch: () =>
    comparePairs('batch', [
      [sentBatch, xstate, { of: 'speed', limit: 15 }],
      [awaitedBatch, xstate],
    ]),

  out: () =>
    comparePairs('out', [
      [outFollowed, transform, followed],
      [cursorFollowed, transform, asTime],
    ]),

  snapshot: () =>
    comparePairs('snapshot', [
      [snapshotFollowed, transform, followed],
      [cursorFollowed, transform, asTime],
    ]),

  create: async () => {
    const timings = await measure([runsCreated, actorsCreated])
    const [run, actor] = timings.map(middleOf) as [Figure, Figure]
    const heldRun = { name: 'createRun, held', value: (await weigh(createRuns)) / MANY }
    const heldActor = { name: 'XState createActor', value: (await weigh(createActors)) / MANY }
    return [
      alone('create', 'ns', run, actor, 400, '0.4 µs'),
      alone('create', 'bytes', heldRun, heldActor, 1024, '1 KiB'),
    ]
  },

  restore: () => {
    const { ours, native, noble } = restoration(globalThis.nativeSha1)
    return comparePairs('restore', [
      [ours, noble, { of: 'speed', limit: 0.65 }],
      ...(native === undefined ? [] : [[native, noble, { of: 'speed', limit: 1 }] as const]),
    ])
  },

  history: async () => {
    const ours = { name: '1,000,000 events in history', value: await weigh(millionInHistory) }
    const bare = { name: 'the same objects in an array', value: await weigh(millionInArray) }
    return [alone('history', 'bytes', ours, bare, 150e6, '150 MB')]
  },
}

export const { rowNames, measureRow } = named(rows)

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
