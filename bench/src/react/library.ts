// One side of the comparison: a store for the sheet, and components that show it in React.

import { createElement, type FunctionComponent, type ReactNode } from 'react'

import { CELLS, type SheetEvent } from './cells.ts'

export interface Library {
  readonly name: string
  /** Makes a new sheet. */
  open(): Opened
}

/** A sheet and the components that show it. */
export interface Opened {
  /** A thousand components, each of which selects its own cell. */
  readonly cells: ReactNode
  /** A controlled input with the text as its value. */
  readonly field: ReactNode
  send(event: SheetEvent): void
  /** Applies every event of a stream. */
  follow(source: ReadableStream<SheetEvent>): Promise<void>
}

/** How often cells have rendered so far, on all sides. */
export const rendered = { cells: 0 }

/** Call this when a cell renders. */
export function countRender(): void {
  rendered.cells++
}

/** A thousand cells. */
export function thousand<Props extends object>(
  Cell: FunctionComponent<Props & { index: number }>,
  props: Props,
): ReactNode {
  return Array.from({ length: CELLS }, (_, index) => createElement(Cell, { ...props, index, key: index }))
}

/** Sends each event of a stream as soon as it arrives. */
export async function sendEach(source: ReadableStream<SheetEvent>, send: (event: SheetEvent) => void): Promise<void> {
  await source.pipeTo(new WritableStream({ write: send }))
}
