// What is compared: a way to hold the sheet and to show it in React.

import { createElement, type FunctionComponent, type ReactNode } from 'react'

import { CELLS, type SheetEvent } from './cells.ts'

export interface Library {
  readonly name: string
  /** Makes a sheet of its own. */
  open(): Opened
}

/** A sheet, and what shows it. */
export interface Opened {
  /** A thousand components, each of which selects its own cell. */
  readonly cells: ReactNode
  /** A controlled input, whose value is the text. */
  readonly field: ReactNode
  send(event: SheetEvent): void
  /** Takes every event of a stream. */
  follow(source: ReadableStream<SheetEvent>): Promise<void>
}

/** How often cells have rendered so far, whosever they are. */
export const rendered = { cells: 0 }

/** To be called by a cell when it renders. */
export function noteRender(): void {
  rendered.cells++
}

/** A thousand cells. */
export function thousand<Props extends object>(
  Cell: FunctionComponent<Props & { index: number }>,
  props: Props,
): ReactNode {
  return Array.from({ length: CELLS }, (_, index) => createElement(Cell, { ...props, index, key: index }))
}

/** Hands on each event of a stream, as it comes. */
export async function sendEach(source: ReadableStream<SheetEvent>, send: (event: SheetEvent) => void): Promise<void> {
  await source.pipeTo(new WritableStream({ write: send }))
}
