// JSON that arrives in pieces, collected until it is complete.

import { constants, isUtf8 } from 'node:buffer'
import { CommandError, giveRunFile } from './command-error.ts'

/** A value whose text arrives in pieces. */
export interface JsonPieces {
  /** @throws {CommandError} if it gets larger than a string can be */
  add(bytes: Buffer): void
  /** Whether there is nothing but white space; that is dropped. */
  isBlank(): boolean
  /**
   * The value, after which there is nothing.
   * @throws {CommandError} if the text is not JSON
   */
  take(): unknown
}

/** Collects a value; `where` names it in errors. */
export function jsonPieces(where: () => string): JsonPieces {
  let pieces: Buffer[] = []
  let size = 0

  function clear(): void {
    pieces = []
    size = 0
  }

  return {
    add(bytes) {
      if (bytes.length === 0) return
      size += bytes.length
      if (size > constants.MAX_STRING_LENGTH) {
        throw new CommandError(
          `${where()} has more than ${constants.MAX_STRING_LENGTH} bytes: it is not a record of a run`,
        )
      }
      pieces.push(bytes)
    },
    isBlank() {
      const blank = pieces.every((piece) => piece.every((byte) => byte <= 0x20))
      if (blank) clear()
      return blank
    },
    take() {
      const whole = Buffer.concat(pieces)
      clear()
      if (!isUtf8(whole)) throw new CommandError(`${where()} is not JSON: it is not UTF-8`)
      const text = whole.toString()
      try {
        return JSON.parse(text) as unknown
      } catch (thrown) {
        const why = text.trim() === '' ? 'it is empty' : (thrown as Error).message
        throw new CommandError(`${where()} is not JSON: ${why}; ${giveRunFile}`)
      }
    },
  }
}
