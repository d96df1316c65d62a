// A part of a history: from one sequence to another, without reading what is before it, except the batch that it
// continues.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { readGenesis } from '../objects/genesis-commit.ts'
import { corrupt } from '../objects/object-stream.ts'
import { readHead } from '../refs/read-head.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { type FoundRun, findRun, headFault } from './find-run.ts'
import { type HistorySource, streamBatches, streamBatchesBack, streamRecords } from './stream-history.ts'

/** Which part of a history to read. */
export interface HistoryRange {
  /** The sequence of the first record; 0, the genesis, by default. Of the earlier batches only the last is read. */
  readonly from?: number
  /** The sequence of the last record; that of the head by default. */
  readonly to?: number
  /** Whether the latest record comes first. It costs what the other order does. */
  readonly reverse?: boolean
}

/** The records of a part of a run, in groups as they arrive, each verified. */
export async function* streamRange(
  context: RepositoryContext,
  id: string,
  { from = 0, to: until, reverse = false }: HistoryRange,
): AsyncGenerator<readonly HistoryRecord<RunEvent>[], void, undefined> {
  const found = await findRun(context, id)
  const end = found.sequence
  const fault = headFault(found)
  if (fault !== undefined) {
    // A history that is read from its genesis says where it breaks.
    if (from === 0 && !reverse) yield* streamRecords(context, found)
    throw fault
  }
  checkSequence(from, { what: 'from', most: end + 1, end })
  if (until !== undefined) checkSequence(until, { what: 'to', most: end, end })
  if (typeof reverse !== 'boolean') throw new TypeError(`reverse is ${typeof reverse}; it must be true or false`)
  const last = until ?? end
  if (from > last) return
  const head = await oidAt(context, found, last)
  if (from === 0 && !reverse) {
    yield* streamRecords(context, { id, head })
    return
  }
  const genesis = await readGenesis(context, id)
  const to = { sequence: last, oid: head }
  if (!reverse) yield* streamBatches(context, genesis, { from, to })
  else {
    if (last > 0) yield* streamBatchesBack(context, genesis, { from: Math.max(from, 1), to })
    if (from === 0) yield [genesis.record]
  }
}

/** Refuses what is not a sequence of a run; `most` is the highest that is allowed, `end` that of the head. */
export function checkSequence(
  sequence: unknown,
  { what, most, end }: { readonly what: string; readonly most: number; readonly end: number },
): void {
  if (Number.isInteger(sequence) && (sequence as number) >= 0 && (sequence as number) <= most) return
  throw new RangeError(
    `${what} is ${String(sequence)}; it must be a whole number from 0 to ${most}, since the run is recorded up to sequence ${end}`,
  )
}

/** The oid of the commit with a sequence that the run has. */
export async function oidAt(
  { git }: Pick<HistorySource, 'git'>,
  found: Pick<FoundRun, 'id' | 'head' | 'sequence'>,
  sequence: number,
): Promise<string> {
  const { id, head } = found
  // In this order: a head that is not a batch may claim the sequence 0.
  if (sequence === found.sequence) return head
  if (sequence === 0) return id
  const name = `${head}~${found.sequence - sequence}`
  const { status, stdout, stderr } = await git.ask(['rev-parse', '--verify', '--end-of-options', name])
  if (status === 0) return stdout.toString().trim()
  throw corrupt(head, `the history that leads there is incomplete: ${stderr}`, { run: id, sequence })
}

/** Up to this many commits are read by name, which is cheaper than starting a walk. */
export const FEW_COMMITS = 100

/**
 * The oids of the commits with some sequences, found in one walk; sequences that the run does not have are left out.
 */
export async function oidsAt(
  source: HistorySource,
  { head, sequence: last }: Pick<FoundRun, 'head' | 'sequence'>,
  sequences: readonly number[],
): Promise<Map<number, string>> {
  const wanted = new Set(sequences.filter((sequence) => sequence >= 0 && sequence <= last))
  const found = new Map<number, string>()
  const most = last + 1 - [...wanted].reduce((least, sequence) => Math.min(least, sequence), last + 1)
  if (most <= FEW_COMMITS) {
    const reading = [...wanted].map(async (sequence) => {
      const commit = await readHead(source, `${head}~${last - sequence}`)
      if (commit !== undefined) found.set(sequence, commit.oid)
    })
    await Promise.all(reading)
    return found
  }
  let at = last
  for await (const oids of source.git.lines(['rev-list', `--max-count=${most}`, '--end-of-options', head])) {
    for (const oid of oids) {
      if (wanted.has(at)) found.set(at, oid)
      at--
    }
  }
  return found
}
