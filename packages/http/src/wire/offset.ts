// Offsets name a place in a history: after a record, named by its sequence and oid. Sorted as text, they are in order.
// `-1` is the place before the genesis, and `now` the end of the history, as in the Durable Streams protocol.

/** Before the genesis. */
export const START = '-1'
/** Behind whatever record is the latest. */
export const NOW = 'now'

/** A place after a record. */
export interface Offset {
  readonly sequence: number
  /** The oid of the record. */
  readonly oid: string
}

const DIGITS = 16
const PATTERN = /^(\d{16})-([0-9a-f]{40}|[0-9a-f]{64})$/

/** An offset as text: 16 digits, `-`, oid. */
export function encodeOffset({ sequence, oid }: Offset): string {
  return `${String(sequence).padStart(DIGITS, '0')}-${oid}`
}

/** An offset that is not `-1` or `now`; undefined if it is not an offset. */
export function decodeOffset(text: string): Offset | undefined {
  const [, digits, oid] = PATTERN.exec(text) ?? []
  if (digits === undefined || oid === undefined) return undefined
  const sequence = Number(digits)
  return Number.isSafeInteger(sequence) ? { sequence, oid } : undefined
}
