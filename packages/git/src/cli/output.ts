// What the program prints, and where: lines of pieces that are escaped here and nowhere else, painted where somebody
// looks, cut where a terminal would break them.

import { styleText } from 'node:util'
import { visible } from './visible.ts'

/** A part of a line: text, or a style and text. */
export type Piece = string | readonly [style: 'bold' | 'dim' | 'yellow' | 'cyan' | 'green', text: string]

/** The part of a stream that is used here: a terminal has more than a pipe or a file. */
type Stream = Pick<NodeJS.WriteStream, 'write' | 'on'> & {
  readonly isTTY?: boolean
  readonly columns?: number
  hasColors?(): boolean
}

/** Where the program prints to. */
export interface Output {
  /** Whether the errors are read by somebody at a terminal. */
  readonly watched: boolean
  /** Prints a line. */
  line(...pieces: readonly Piece[]): Promise<void>
  /** Prints a line of a list: on a terminal no longer than it is wide. */
  row(...pieces: readonly Piece[]): Promise<void>
  /** Prints text that is safe as it is. */
  text(text: string): Promise<void>
  /** Writes to the errors, at once. */
  complain(text: string): void
  /** Resolves when all that was printed is written. */
  flush(): Promise<void>
}

/** What is thrown when nobody reads on, as behind `| head`. */
export class OutputClosed extends Error {}

/** So many characters are kept until they are written. */
const FULL = 65_536

/** The output of two streams. */
export function createOutput(out: Stream, err: Stream): Output {
  const painted = out.isTTY === true && out.hasColors?.() === true
  // A terminal that does not know how wide it is says 0.
  const width = (out.isTTY === true && out.columns) || Number.POSITIVE_INFINITY
  let kept = ''
  // What fails is told to whoever wrote; without a listener it would end the process.
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
    kept += more
    if (kept.length > FULL) await flush()
  }

  async function flush(): Promise<void> {
    const due = kept
    kept = ''
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
    line: (...pieces) => text(paint(pieces, Number.POSITIVE_INFINITY)),
    row: (...pieces) => text(paint(pieces, width)),
    text,
    complain: (complaint) => void err.write(complaint),
    flush,
  }
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text
  if (most <= 1) return ''
  const shown = text.slice(0, most - 1)
  // Half of a surrogate pair is no character.
  return `${/[\uD800-\uDBFF]$/.test(shown) ? shown.slice(0, -1) : shown}…`
}
