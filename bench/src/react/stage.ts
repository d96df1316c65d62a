// Mounts a side, and counts its renders and commits.

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
  /** How often cells were raised, according to the page. */
  raised(): number
  clear(): void
}

/**
 * Mounts a view and runs its effects.
 * @param view the view
 * @param laidOut whether the browser lays the view out and paints it; if not, times are those of scripts alone
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

/** The counts of a side for a number of events, streams or keys. */
export interface Tally {
  readonly row: string
  readonly side: string
  /** The expected counts per event, if they are known. */
  readonly expected: Counts | undefined
  events: number
  /** Renders of cells. */
  renders: number
  commits: number
}

/** How often something rendered and committed. */
export interface Counts {
  readonly renders: number
  readonly commits: number
}

/** Starts counting; the returned function stops and adds the counts to the tally. */
export function counting(tally: Tally): (events: number) => void {
  const { count } = commits
  const { cells } = rendered
  return (events) => {
    tally.events += events
    tally.renders += rendered.cells - cells
    tally.commits += commits.count - count
  }
}
