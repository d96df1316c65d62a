// A thousand events, a few a task, as a socket would bring them: most of them for the cells in the middle.

import { nextTask } from '../parts/own-task.ts'
import { type CellsEvent, COLUMNS, ROWS } from './cells.ts'

/** How many events make a burst, and how many come together. */
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

/** A whole number below another, more likely in the middle. */
function aboutHalf(end: number): number {
  return Math.floor(((Math.random() + Math.random() + Math.random()) / 3) * end)
}

/** An event for each cell: what is written together is one batch. */
export function oneForEach(): readonly CellsEvent[] {
  return Array.from({ length: ROWS * COLUMNS }, (_, index) => ({
    type: 'COUNT',
    row: Math.floor(index / COLUMNS),
    column: index % COLUMNS,
  }))
}
