// Runs, driven through each of their ports.

import { createRun } from '@xmachines/core'
import { observe } from '@xmachines/inspector'

import type { Side } from './harness.ts'
import { type CountEvent, counter, speaking } from './machine.ts'

export const awaited: Side = {
  name: 'await write(event)',
  start() {
    const run = createRun(counter)
    const writer = run.in.getWriter()
    return {
      async run(times) {
        for (let turn = 0; turn < times; turn++) await writer.write({ type: 'INC' })
      },
      count: () => run.snapshot.current.state.count,
    }
  },
}

export const sent: Side = {
  name: 'in.send(event)',
  start() {
    const run = createRun(counter)
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) run.in.send({ type: 'INC' })
      },
      count: () => run.snapshot.current.state.count,
    }
  },
}

/** An inspector is attached, and hidden: no frame comes that would show anything. */
export const sentObserved: Side = {
  name: 'in.send(event), inspected',
  start() {
    const run = createRun(counter)
    const stop = observe(run).watch(() => undefined)
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) run.in.send({ type: 'INC' })
      },
      count: () => run.snapshot.current.state.count,
      end: stop,
    }
  },
}

export const BATCH = 1000

export const sentBatch: Side = {
  name: 'in.send(batch)',
  events: BATCH,
  start() {
    const run = createRun(counter)
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) run.in.send(batchOf(BATCH))
      },
      count: () => run.snapshot.current.state.count,
    }
  },
}

export const awaitedBatch: Side = {
  name: 'await write(batch)',
  events: BATCH,
  start() {
    const run = createRun(counter)
    const writer = run.in.getWriter()
    return {
      async run(times) {
        for (let turn = 0; turn < times; turn++) await writer.write(batchOf(BATCH))
      },
      count: () => run.snapshot.current.state.count,
    }
  },
}

export const outFollowed: Side = {
  name: 'write, then read out',
  start() {
    const run = createRun(speaking)
    const writer = run.in.getWriter()
    const reader = run.out.getReader()
    let latest = 0
    return {
      async run(times) {
        for (let turn = 0; turn < times; turn++) {
          await writer.write({ type: 'INC' })
          const { value } = await reader.read()
          if (value !== undefined) latest = value.count
        }
      },
      count: () => latest,
    }
  },
}

export const snapshotFollowed: Side = {
  name: 'write, then read snapshot',
  start() {
    const run = createRun(counter)
    const writer = run.in.getWriter()
    const reader = run.snapshot.getReader()
    let latest = -1
    return {
      async run(times) {
        // The first read gives the initial snapshot.
        if (latest < 0) await reader.read()
        for (let turn = 0; turn < times; turn++) {
          await writer.write({ type: 'INC' })
          const { value } = await reader.read()
          if (value !== undefined) latest = value.state.count
        }
      },
      count: () => latest,
    }
  },
}

function batchOf(size: number): CountEvent[] {
  const batch: CountEvent[] = []
  for (let index = 0; index < size; index++) batch.push({ type: 'INC' })
  return batch
}
