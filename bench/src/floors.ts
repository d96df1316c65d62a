// Floors: what a run's ports would cost with the platform's streams and nothing else around them. A bar that is missed
// can be read against them. Each is written by hand for one row, and has none of a run's rules.

import type { Side } from './harness.ts'
import type { CountEvent } from './machine.ts'
import { roundTrips } from './peers.ts'

/** A write stream whose `size` strategy notices each chunk during `write`. */
export const sizedWrites: Side = writes('floor: a subclass with size', () => {
  let written = 0
  return { size: () => written++, count: () => written }
})

/** The same, which also copies and freezes each event there and appends it to a log. */
export const loggedWrites: Side = writes('floor: copy, freeze and append in size', () => {
  const log: CountEvent[] = []
  return { size: (event) => log.push(frozenCopy(event)), count: () => log.length }
})

/** A write stream that appends to a log, and a cursor over the log: a read stream of high-water mark 0. */
export const cursorFollowed: Side = {
  name: 'floor: a cursor of high-water mark 0',
  start() {
    const log: CountEvent[] = []
    let at = 0
    let wake: (() => void) | undefined
    const stream = new SizedStream((event) => {
      log.push(event)
      wake?.()
    })
    const cursor = new ReadableStream<CountEvent>(
      {
        pull(controller) {
          if (at < log.length) return controller.enqueue(log[at++] as CountEvent)
          return new Promise<void>((resolve) => {
            wake = () => {
              wake = undefined
              controller.enqueue(log[at++] as CountEvent)
              resolve()
            }
          })
        },
      },
      { highWaterMark: 0 },
    )
    return roundTrips(stream.getWriter(), cursor.getReader())
  },
}

class SizedStream extends WritableStream<CountEvent> {
  constructor(notice: (event: CountEvent) => void) {
    super(
      {},
      {
        size(event) {
          notice(event)
          return 1
        },
      },
    )
  }
}

function writes(name: string, open: () => { size(event: CountEvent): void; count(): number }): Side {
  return {
    name,
    start() {
      const { size, count } = open()
      const writer = new SizedStream(size).getWriter()
      return {
        async run(times) {
          for (let turn = 0; turn < times; turn++) await writer.write({ type: 'INC' })
        },
        count,
      }
    },
  }
}

function frozenCopy(event: CountEvent): CountEvent {
  return Object.freeze({ ...event })
}
