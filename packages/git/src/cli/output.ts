// What the program prints, and where: lines of pieces that are escaped here and nowhere else, painted where somebody
// looks, cut where a terminal would break them.

import { WriteStream } from 'node:tty'
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
  /** How wide a page of text is. */
  readonly page: number
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

/** So wide a page is where nothing says how wide it may be, and at most. */
const USUAL = 80
const WIDEST = 100

/** The output of two streams, in colours where the stream has them or the environment asks for them. */
export function createOutput(out: Stream, err: Stream, environment: NodeJS.ProcessEnv = {}): Output {
  const painted = isPainted(out, environment)
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
    page: Math.min(out.columns || USUAL, WIDEST),
    line: (...pieces) => text(paint(pieces, Number.POSITIVE_INFINITY)),
    row: (...pieces) => text(paint(pieces, width)),
    text,
    complain: (complaint) => void err.write(complaint),
    flush,
  }
}

/** As `util.styleText` has it: what `FORCE_COLOR` says goes before all else, in a pipe too. */
function isPainted(out: Stream, environment: NodeJS.ProcessEnv): boolean {
  if (environment['FORCE_COLOR'] !== undefined) return WriteStream.prototype.getColorDepth(environment) > 2
  return out.isTTY === true && out.hasColors?.() === true
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text
  if (most <= 1) return ''
  const shown = text.slice(0, most - 1)
  // Half of a surrogate pair is no character.
  return `${/[\uD800-\uDBFF]$/.test(shown) ? shown.slice(0, -1) : shown}…`
}
