// Mounting, and events that are each shown before the next is sent. The harness measures the time of the thread.

import { flushSync } from 'react-dom'

import type { Side } from '../harness.ts'
import { CELLS, type SheetEvent } from './cells.ts'
import type { Library, Opened } from './library.ts'
import { counting, mount, type Stage, type Tally } from './stage.ts'

/** Mounts a thousand subscribers. */
export function mounting({ name, open }: Library, tally: Tally): Side {
  return {
    name,
    start() {
      const mounted: { readonly opened: Opened; readonly stage: Stage }[] = []
      const done = counting(tally)
      return {
        run(times) {
          for (let turn = 0; turn < times; turn++) {
            const opened = open()
            mounted.push({ opened, stage: mount(opened.cells, false) })
          }
        },
        count() {
          done(mounted.length)
          // Checks that every cell is mounted and subscribed.
          for (const { opened } of mounted) flushSync(() => opened.send({ type: 'ALL_RAISED' }))
          return mounted.reduce((sum, { stage }) => sum + stage.raised(), 0) / CELLS
        },
        end() {
          for (const { stage } of mounted) stage.clear()
        },
      }
    },
  }
}

/** Events that change the selection of one subscriber. */
export function updatingOne(library: Library, tally: Tally): Side {
  return updating(library, tally, 1, (index) => ({ type: 'RAISED', index }))
}

/** Events that change the selection of every subscriber. */
export function updatingAll(library: Library, tally: Tally): Side {
  return updating(library, tally, CELLS, () => ({ type: 'ALL_RAISED' }))
}

function updating(
  { name, open }: Library,
  tally: Tally,
  changed: number,
  eventOf: (index: number) => SheetEvent,
): Side {
  return {
    name,
    start() {
      const opened = open()
      const stage = mount(opened.cells, false)
      const done = counting(tally)
      let turns = 0
      return {
        async run(times) {
          for (let turn = 0; turn < times; turn++) {
            const index = turns++ % CELLS
            const cell = stage.cells[index] as HTMLElement
            const expected = Number(cell.textContent) + 1
            opened.send(eventOf(index))
            // React renders in a microtask that it queued before this one.
            await Promise.resolve()
            if (Number(cell.textContent) !== expected)
              throw new Error(`${name} does not show ${expected} in cell ${index}`)
          }
        },
        count() {
          done(turns)
          return stage.raised() / changed
        },
        end: stage.clear,
      }
    },
  }
}
