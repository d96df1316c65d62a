// What requests may cost.

/** What requests may cost. */
export interface Limits {
  /** Bytes in the body of a request: 1 MiB unless given. */
  readonly bodyBytes: number
  /** Bytes in the document of a run: 16 MiB unless given. */
  readonly documentBytes: number
  /** Events in a batch: 1,000 unless given. */
  readonly events: number
  /** Streams and long polls at a time: 10,000 unless given. */
  readonly subscribers: number
  /** Milliseconds that a request waits for the store before it is answered with 503: 30,000 unless given. */
  readonly waitMs: number
  /** Milliseconds between two signs of life of a stream: 15,000 unless given. */
  readonly heartbeatMs: number
  /** Milliseconds that a long poll waits: 20,000 unless given. */
  readonly longPollMs: number
  /** Milliseconds after which a stream ends, so that its reader connects, and is authorized, again: 300,000 unless given. */
  readonly streamMs: number
  /** Records in one answer or frame: 1,000 unless given. */
  readonly records: number
  /** Bytes of records after which an answer or frame ends: 1 MiB unless given. */
  readonly recordBytes: number
  /** Runs in one page of a list, or one frame: 100 unless given. */
  readonly runs: number
  /** How many records a reader of a stream may fall behind before the stream ends: 10,000 unless given. */
  readonly behind: number
}

export const LIMITS: Limits = {
  bodyBytes: 2 ** 20,
  documentBytes: 2 ** 24,
  events: 1000,
  subscribers: 10_000,
  waitMs: 30_000,
  heartbeatMs: 15_000,
  longPollMs: 20_000,
  streamMs: 300_000,
  records: 1000,
  recordBytes: 2 ** 20,
  runs: 100,
  behind: 10_000,
}

/** @throws {RangeError} if a limit is not a number from 1 */
export function checkLimits(limits: Limits): Limits {
  for (const [name, value] of Object.entries(limits)) {
    if (!(typeof value === 'number' && value >= 1)) {
      throw new RangeError(`limits.${name} is ${String(value)}; give a number from 1`)
    }
  }
  return limits
}
