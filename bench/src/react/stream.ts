// A thousand events that come through a stream, each for another cell, until the last of them is painted.

import { clock } from '../clock.ts'
import { CELLS, type SheetEvent } from './cells.ts'
import { painted, paintedOnce } from './frames.ts'
import type { Library } from './library.ts'
import { counting, mount, type Tally } from './stage.ts'

/** Where the events come from. */
export type Source = () => ReadableStream<SheetEvent>

/** What a stream took, in milliseconds. */
export type Streamed = 'shown' | 'thread'

/**
 * Lets a side take a stream, and once before that to warm up.
 * @returns when the last event was painted, by the clock on the wall; and what the thread ran until then
 * @throws {Error} where an event is missing in the page
 */
export async function takeStream(
  { name, open }: Library,
  source: Source,
  tally: Tally,
): Promise<Record<Streamed, number>> {
  const { cells, follow } = open()
  const stage = mount(cells, true)
  const last = stage.cells[CELLS - 1] as HTMLElement
  const take = async (due: number): Promise<void> => {
    await Promise.all([paintedOnce(() => Number(last.textContent) === due), follow(source())])
  }
  await take(1)
  const before = await clock()
  // From the beginning of a frame, so that every side has as long as the others until the next.
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

/** A source that gives an event a task, as a network does. */
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
