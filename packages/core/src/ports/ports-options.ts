// The options of a set of ports, and what is refused of them.

import { wrongValue } from '../data/describe-value.ts'
import { countOf } from '../engine/kept.ts'
import type { Log } from '../engine/log.ts'

/** Where another set of ports begins to read, and how far its `out` may fall behind. */
export interface PortsOptions {
  /** `now` (the default), `start`, or a position: outputs counted since the genesis. */
  readonly from?: 'now' | 'start' | number
  /** How many outputs may wait unread, if somebody reads them, before writes into `in` wait: 1,024 unless given. */
  readonly highWaterMark?: number
}

/**
 * The position that `from` names.
 * @throws {RangeError} if the log does not hold that position
 */
export function positionOf(from: unknown, log: Log): number {
  const end = countOf(log.outputs)
  const position = from === 'now' ? end : from === 'start' ? 0 : from
  if (Number.isInteger(position) && (position as number) >= log.outputs.dropped && (position as number) <= end) {
    return position as number
  }
  throw missingOutputs('from', from, log)
}

/** Refuses a high-water mark that is not a number from 0. */
export function checkHighWaterMark(highWaterMark: number | undefined): void {
  if (highWaterMark === undefined || (typeof highWaterMark === 'number' && highWaterMark >= 0)) return
  throw new RangeError(wrongValue('highWaterMark', highWaterMark, 'a number of outputs from 0'))
}

/** The error for a position that a log does not hold. */
export function missingOutputs(what: string, from: unknown, { outputs }: Log): RangeError {
  const { dropped } = outputs
  const start = dropped > 0 ? '' : ", 'start'"
  const before = dropped > 0 ? '; repository.open replays the outputs before' : ''
  const expected = `'now'${start} or a position from ${dropped} to ${countOf(outputs)}${before}`
  return new RangeError(wrongValue(what, from, expected))
}
