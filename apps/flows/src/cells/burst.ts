// A thousand events, a few in each task, as a socket would deliver them. Most of them are for cells in the middle.

import { nextTask } from '../parts/own-task.ts'
import { type CellsEvent, COLUMNS, ROWS } from './cells.ts'

/** The number of events in a burst, and in one task. */
export const BURST = 1000
const TOGETHER = 10

/** A stream of events that ends with the burst. */
export function burstOfEvents(): ReadableStream<CellsEvent> {
  let left = BURST
  return new ReadableStream({
    async pull(controller) {
      await nextTask()
      for (let count = 0; count < TOGETHER; count++) {
        controller.enqueue({ type: 'COUNT', row: aboutHalf(ROWS), column: aboutHalf(COLUMNS) })
      }
      left -= TOGETHER
      if (left === 0) controller.close()
    },
  })
}

/** A random whole number below `end`, most likely near the middle. */
function aboutHalf(end: number): number {
  return Math.floor(((Math.random() + Math.random() + Math.random()) / 3) * end)
}

/** An event for each cell, as one batch. */
export function oneForEach(): readonly CellsEvent[] {
  return Array.from({ length: ROWS * COLUMNS }, (_, index) => ({
    type: 'COUNT',
    row: Math.floor(index / COLUMNS),
    column: index % COLUMNS,
  }))
}
