// Everything that the program prints. Pieces of lines are escaped here and nowhere else, coloured for a terminal, and
// cut to its width.

import { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import { visible } from './visible.ts'

/** A part of a line: text, or a style and text. */
export type Piece = string | readonly [style: 'bold' | 'dim' | 'yellow' | 'cyan' | 'green' | 'red', text: string]

/** The members of a stream that are used here. Some of them only a terminal has. */
type Stream = Pick<NodeJS.WriteStream, 'write' | 'on'> & {
  readonly isTTY?: boolean
  readonly columns?: number
  hasColors?(): boolean
}

/** Where the program prints to. */
export interface Output {
  /** Whether errors go to a terminal. */
  readonly watched: boolean
  /** The width of prose, in characters. */
  readonly page: number
  /** Prints a line. */
  line(...pieces: readonly Piece[]): Promise<void>
  /** Prints a line of a list, cut to the width of a terminal. */
  row(...pieces: readonly Piece[]): Promise<void>
  /** Prints text that needs no escaping. */
  text(text: string): Promise<void>
  /** Writes to the standard error at once. */
  complain(text: string): void
  /** Resolves once all that was printed is written. */
  flush(): Promise<void>
}

/** Thrown when the reader has closed the pipe, as `| head` does. */
export class OutputClosed extends Error {}

/** Printed text is written once this many characters are buffered. */
const FULL = 65_536

/** The width of prose if the terminal does not say its width, and the greatest width. */
const USUAL = 80
const WIDEST = 100

/** The output to two streams, coloured if the stream has colours or the environment asks for them. */
export function createOutput(out: Stream, err: Stream, environment: NodeJS.ProcessEnv = {}): Output {
  const painted = isPainted(out, environment)
  // A terminal that does not know its width says 0.
  const width = (out.isTTY === true && out.columns) || Number.POSITIVE_INFINITY
  let buffered = ''
  // The writer learns about failures; without a listener they would end the process.
  out.on('error', () => undefined)
  err.on('error', () => undefined)

  function paint(pieces: readonly Piece[], most: number): string {
    let left = most
    let line = ''
    for (const piece of pieces) {
      const [style, raw] = typeof piece === 'string' ? [undefined, piece] : piece
      const shown = cut(visible(raw), left)
      left -= shown.length
      line += style === undefined || !painted ? shown : styleText(style, shown, { validateStream: false })
    }
    return `${line.trimEnd()}\n`
  }

  async function text(more: string): Promise<void> {
    buffered += more
    if (buffered.length > FULL) await flush()
  }

  async function flush(): Promise<void> {
    const due = buffered
    buffered = ''
    if (due === '') return
    await new Promise<void>((resolve, reject) => {
      out.write(due, (error?: NodeJS.ErrnoException | null) => {
        if (error === undefined || error === null) resolve()
        else reject(error.code === 'EPIPE' ? new OutputClosed() : error)
      })
    })
  }

  return {
    watched: err.isTTY === true,
    page: Math.min(out.columns || USUAL, WIDEST),
    line: (...pieces) => text(paint(pieces, Number.POSITIVE_INFINITY)),
    row: (...pieces) => text(paint(pieces, width)),
    text,
    complain: (complaint) => void err.write(complaint),
    flush,
  }
}

/** As in `util.styleText`, `FORCE_COLOR` decides before anything else, in a pipe too. */
function isPainted(out: Stream, environment: NodeJS.ProcessEnv): boolean {
  if (environment['FORCE_COLOR'] !== undefined) return WriteStream.prototype.getColorDepth(environment) > 2
  return out.isTTY === true && out.hasColors?.() === true
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text
  if (most <= 1) return ''
  const shown = text.slice(0, most - 1)
  // Never cut a surrogate pair in half.
  return `${/[\uD800-\uDBFF]$/.test(shown) ? shown.slice(0, -1) : shown}…`
}
