// Where a side is mounted, and what is counted there.

import type { ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'

import { CELLS } from './cells.ts'
import { commits } from './commits.ts'
import { rendered } from './library.ts'

/** A mounted side. */
export interface Stage {
  readonly element: HTMLElement
  readonly cells: HTMLCollectionOf<HTMLSpanElement>
  /** How often cells were raised, as the page shows them. */
  raised(): number
  clear(): void
}

/**
 * Mounts something, effects included.
 * @param view what is mounted
 * @param laidOut whether the browser lays it out and paints it; where it does not, times are of scripts alone
 */
export function mount(view: ReactNode, laidOut: boolean): Stage {
  const element = document.createElement('div')
  element.hidden = !laidOut
  document.body.append(element)
  const root = createRoot(element)
  flushSync(() => root.render(view))
  const cells = element.getElementsByTagName('span')
  return {
    element,
    cells,
    raised() {
      if (cells.length !== CELLS) throw new Error(`${cells.length} of ${CELLS} cells are mounted`)
      return Array.from(cells, ({ textContent }) => Number(textContent)).reduce((sum, count) => sum + count, 0)
    },
    clear() {
      root.unmount()
      element.remove()
    },
  }
}

/** What a side did for a number of events, or of whatever else a row is about. */
export interface Tally {
  readonly row: string
  readonly side: string
  /** What it should have done for each, where that is known. */
  readonly due: Due | undefined
  events: number
  /** Of cells. */
  renders: number
  commits: number
}

export interface Due {
  readonly renders: number
  readonly commits: number
}

/** Notes what is done from now on until the function it answers with is called. */
export function counting(tally: Tally): (events: number) => void {
  const { count } = commits
  const { cells } = rendered
  return (events) => {
    tally.events += events
    tally.renders += rendered.cells - cells
    tally.commits += commits.count - count
  }
}
