// A thousand streamed events, each for another cell, until the last one is painted.

import { clock } from '../clock.ts'
import { CELLS, type SheetEvent } from './cells.ts'
import { painted, paintedOnce } from './frames.ts'
import type { Library } from './library.ts'
import { counting, mount, type Tally } from './stage.ts'

/** Makes the stream of events. */
export type Source = () => ReadableStream<SheetEvent>

/** The times of a stream, in milliseconds. */
export type Streamed = 'shown' | 'thread'

/**
 * Pipes a stream into a side, after a first one to warm up.
 * @returns the wall-clock time until the last event was painted, and the time that the thread ran until then
 * @throws {Error} if the page does not show every event
 */
export async function takeStream(
  { name, open }: Library,
  source: Source,
  tally: Tally,
): Promise<Record<Streamed, number>> {
  const { cells, follow } = open()
  const stage = mount(cells, true)
  const last = stage.cells[CELLS - 1] as HTMLElement
  const take = async (expected: number): Promise<void> => {
    await Promise.all([paintedOnce(() => Number(last.textContent) === expected), follow(source())])
  }
  await take(1)
  const before = await clock()
  // Start at the beginning of a frame, so that every side has the same time until the next.
  await painted()
  const beganAt = performance.now()
  const done = counting(tally)
  await take(2)
  const shown = performance.now() - beganAt
  done(1)
  const thread = (await clock()) - before
  if (stage.raised() !== 2 * CELLS) throw new Error(`${name} shows ${stage.raised()} of ${2 * CELLS} events`)
  stage.clear()
  return { shown, thread }
}

/** A source that always has the next event. */
export function ready(): ReadableStream<SheetEvent> {
  let index = 0
  return new ReadableStream({
    pull(controller) {
      controller.enqueue({ type: 'RAISED', index: index++ })
      if (index === CELLS) controller.close()
    },
  })
}

/** A source that delivers one event in each task, as a network does. */
export function oneATask(): ReadableStream<SheetEvent> {
  const { port1, port2 } = new MessageChannel()
  let index = 0
  return new ReadableStream({
    start(controller) {
      port1.onmessage = () => {
        controller.enqueue({ type: 'RAISED', index: index++ })
        if (index < CELLS) return port2.postMessage(undefined)
        controller.close()
        port1.close()
      }
      port2.postMessage(undefined)
    },
  })
}
