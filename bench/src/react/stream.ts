// A thousand events that come through a stream, each for another cell, until the last of them is painted.

import { clock } from '../clock.ts'
import { CELLS, type SheetEvent } from './cells.ts'
import { painted, paintedOnce } from './frames.ts'
import type { Library } from './library.ts'
import { counting, mount, type Tally } from './stage.ts'

/** Opens a stream of the events, which calls `onLast` when it gives the last of them. */
export type Source = (onLast: () => void) => ReadableStream<SheetEvent>

/** The figures of a stream, in milliseconds. */
export type Streamed = 'shown' | 'thread' | 'last'

/**
 * Lets a side take a stream, and once before that to warm up.
 * @returns until the last event is painted: by the clock on the wall, since the beginning and since the source gave that
 * event; and by the clock of the thread, since the beginning
 * @throws {Error} if an event is missing in the page
 */
export async function takeStream(
  { name, open }: Library,
  source: Source,
  tally: Tally,
): Promise<Record<Streamed, number>> {
  const { cells, follow } = open()
  const stage = mount(cells, true)
  const last = stage.cells[CELLS - 1] as HTMLElement
  let gaveLastAt = 0
  const onLast = (): void => {
    gaveLastAt = performance.now()
  }
  const take = async (due: number): Promise<void> => {
    await Promise.all([paintedOnce(() => Number(last.textContent) === due), follow(source(onLast))])
  }
  await take(1)
  const before = await clock()
  // From the beginning of a frame, so that every side has as long as the others until the next.
  await painted()
  const beganAt = performance.now()
  const done = counting(tally)
  await take(2)
  const paintedAt = performance.now()
  done(1)
  const thread = (await clock()) - before
  if (stage.raised() !== 2 * CELLS) throw new Error(`${name} shows ${stage.raised()} of ${2 * CELLS} events`)
  stage.clear()
  return { shown: paintedAt - beganAt, thread, last: paintedAt - gaveLastAt }
}

/** A source that always has the next event. */
export const ready: Source = (onLast) => {
  let index = 0
  return new ReadableStream({
    pull(controller) {
      controller.enqueue({ type: 'RAISED', index: index++ })
      if (index < CELLS) return
      onLast()
      controller.close()
    },
  })
}

/** A source that gives an event a task, as a network does. */
export const oneATask: Source = (onLast) => {
  const { port1, port2 } = new MessageChannel()
  let index = 0
  return new ReadableStream({
    start(controller) {
      port1.onmessage = () => {
        controller.enqueue({ type: 'RAISED', index: index++ })
        if (index < CELLS) return port2.postMessage(undefined)
        onLast()
        controller.close()
        port1.close()
      }
      port2.postMessage(undefined)
    },
  })
}

/** A source in a worker, which transfers its stream to the page. */
export const inWorker: Source = (onLast) => {
  const script = `
    let index = 0
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue({ type: 'RAISED', index: index++ })
        if (index === ${CELLS}) controller.close()
      },
    })
    postMessage(stream, [stream])`
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(url)
  const { readable, writable } = new TransformStream<SheetEvent, SheetEvent>({
    transform(event, controller) {
      controller.enqueue(event)
      if (event.type === 'RAISED' && event.index === CELLS - 1) onLast()
    },
  })
  worker.onmessage = ({ data }: MessageEvent<ReadableStream<SheetEvent>>) => {
    const end = (): void => {
      worker.terminate()
      URL.revokeObjectURL(url)
    }
    // An error goes on to `readable`, and from there to the side.
    data.pipeTo(writable).then(end, end)
  }
  return readable
}
