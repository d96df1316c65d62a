// The history of a run as a stream of records: a cursor over the batches of its log.

import { wrongValue } from '../data/describe-value.ts'
import { type DroppedReader, type Log, sequenceOf } from '../engine/log.ts'
import { type Cursor, cursorSource, streamOf } from '../ports/cursor.ts'
import { type HistoryOptions, type HistoryRecord, recordAt } from './records.ts'

/**
 * A stream of a log's records. Records that the log has dropped are read through its recorder.
 * @throws {RangeError} if `from` is not a sequence of the log
 */
export function historyStream(
  log: Log,
  { from = 0, follow = false }: HistoryOptions,
): ReadableStream<HistoryRecord<unknown>> {
  const end = sequenceOf(log)
  if (!Number.isInteger(from) || from < 0 || from > end + 1) {
    throw new RangeError(wrongValue('from', from, `a sequence from 0 to ${end}, or ${end + 1} for what comes next`))
  }
  let next = from
  let dropped: DroppedReader | undefined
  const cursor: Cursor<HistoryRecord<unknown>> = {
    hasNext: () => next <= (follow ? sequenceOf(log) : end),
    next: () => recordAt(log, next++),
    fetch() {
      if (next === 0 || next > log.batches.dropped) return undefined
      dropped ??= log.recording?.readDropped?.()
      if (dropped === undefined) return undefined
      // A recorder gives the records of this very run.
      return dropped.read(next++) as Promise<HistoryRecord<unknown>>
    },
    ending: () => (follow && log.end === undefined ? undefined : {}),
    ended: () => dropped?.close(),
  }
  return streamOf(cursorSource(log, cursor))
}
