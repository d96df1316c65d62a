// A part of a history: from one sequence to another, without reading what lies before it.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { readGenesis } from '../objects/commit.ts'
import { corrupt } from '../objects/object-stream.ts'
import type { FoundRun, ReadingPlace } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { readHistory, readPart } from './stream-history.ts'

/** Which part of a history to read. */
export interface HistoryRange {
  /** The sequence of the first record: 0, the genesis, unless given. What lies before it is not read. */
  readonly from?: number
  /** The sequence of the last record: that of the head unless given. */
  readonly to?: number
}

/** The records of a part of a run, in groups as they come, each verified. */
export async function* readRange(
  place: ReadingPlace,
  id: string,
  { from = 0, to }: HistoryRange,
): AsyncGenerator<readonly HistoryRecord<RunEvent>[], void, undefined> {
  const found = await findRun(place, id)
  const end = found.sequence
  checkSequence('from', from, end + 1, end)
  if (to !== undefined) checkSequence('to', to, end, end)
  const last = to ?? end
  if (from > last) return
  const { git, format, read } = place
  const head = await oidAt(place, found, last)
  if (from === 0) {
    yield* readHistory(git, format, id, head, read)
    return
  }
  const object = await read(id)
  if (object === undefined) throw corrupt(id, 'it is missing', { run: id, sequence: 0 })
  const genesis = await readGenesis(object, format, read)
  yield* readPart(git, format, genesis, from, { sequence: last, oid: head })
}

/** Refuses what is no sequence of a run. */
export function checkSequence(what: string, sequence: unknown, most: number, end: number): void {
  if (Number.isInteger(sequence) && (sequence as number) >= 0 && (sequence as number) <= most) return
  throw new RangeError(`${what} is ${String(sequence)}; the run is recorded up to sequence ${end}`)
}

/** The oid of the commit with a sequence, which the run has. */
export async function oidAt(
  { git }: Pick<ReadingPlace, 'git'>,
  found: Pick<FoundRun, 'id' | 'head' | 'sequence'>,
  sequence: number,
): Promise<string> {
  const { id, head } = found
  // In this order: what is not a batch may say that its sequence is 0.
  if (sequence === found.sequence) return head
  if (sequence === 0) return id
  const name = `${head}~${found.sequence - sequence}`
  const { status, stdout, stderr } = await git.ask(['rev-parse', '--verify', '--end-of-options', name])
  if (status === 0) return stdout.toString().trim()
  throw corrupt(head, `what leads there is not whole: ${stderr}`, { run: id, sequence })
}

/** So few commits are asked for by name, which costs less than starting a walk. */
export const FEW = 100

/** The oids of the commits with some sequences, in one walk; of one that the run has not, none. */
export async function oidsAt(
  { git, read }: Pick<ReadingPlace, 'git' | 'read'>,
  { head, sequence: last }: Pick<FoundRun, 'head' | 'sequence'>,
  sequences: readonly number[],
): Promise<Map<number, string>> {
  const wanted = new Set(sequences.filter((sequence) => sequence >= 0 && sequence <= last))
  const found = new Map<number, string>()
  const most = last + 1 - [...wanted].reduce((least, sequence) => Math.min(least, sequence), last + 1)
  if (most <= FEW) {
    const reading = [...wanted].map(async (sequence) => {
      const object = await read(`${head}~${last - sequence}`)
      if (object !== undefined) found.set(sequence, object.oid)
    })
    await Promise.all(reading)
    return found
  }
  let at = last
  for await (const oids of git.lines(['rev-list', `--max-count=${most}`, '--end-of-options', head])) {
    for (const oid of oids) {
      if (wanted.has(at)) found.set(at, oid)
      at--
    }
  }
  return found
}
