// The log of a run as Git prints it. Git is not needed: the records of a history have all that its commits say.

import type { HistoryRecord, RunEvent } from '@xmachines/core'

/** A line of `git log --oneline`. */
export interface LogLine {
  /** The oid of the commit. */
  readonly oid: string
  /** The first digits of the oid, as many as Git shows in a small repository. */
  readonly short: string
  readonly subject: string
}

/** The lines that `git log --oneline` prints for a run, the newest first: its batches, its genesis, and its machine. */
export function gitLog(records: readonly HistoryRecord<RunEvent>[]): readonly LogLine[] {
  return records.flatMap(linesOf).toReversed()
}

function linesOf(record: HistoryRecord<RunEvent>): LogLine[] {
  if ('parent' in record) return [line(record.oid, record.events.map(canonical).join(' '))]
  const { name, version, oid } = record.machine
  return [line(oid, `machine ${name}@${version}`), line(record.oid, `run ${name}@${version}`)]
}

function line(oid: string, subject: string): LogLine {
  return { oid, short: oid.slice(0, 7), subject }
}

/** Plain data as a commit has it: canonical JSON, which sorts the members. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`
}
