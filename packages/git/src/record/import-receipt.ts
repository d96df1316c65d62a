// The receipt of an import. It keeps how many outputs the run has, which nobody can find out later without the machine.

import { randomBytes } from 'node:crypto'
import type { GenesisRecord } from '@xmachines/core'
import type { GitObject, HistoryCommits } from '../core-internals.ts'
import { GitError } from '../git-error.ts'
import { hexOf } from '../objects/object-id.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import { nextCount, receiptObjects } from '../objects/receipt-commit.ts'
import type { RefMove } from '../refs/ref-moves.ts'
import { receiptRef } from '../refs/ref-names.ts'
import { findReceipts } from './receipt-chain.ts'
import { outputsSoFar } from './settled-outputs.ts'

/** The error for an import that would go on with a run that takes no more. */
function runSealed(ref: string, id: string, successor: string): GitError {
  const why = `${ref} is sealed: the run ${successor} has taken its place, and nothing was imported; continue with that one`
  return new GitError('RUN_SEALED', why, { run: id })
}

/** What is known of the outputs of an imported history. */
export interface ImportedOutputs {
  readonly commits: Pick<HistoryCommits, 'sequence' | 'digestAt'>
  /** Outputs since the genesis, if they were counted. */
  readonly position: number | undefined
  /** The sequence of the run here before the import; −1 if it was not here. */
  readonly before: number
}

/**
 * A receipt that says how many outputs the run has; undefined if they were not counted. All of them have settled, unless some of
 * those that were here before have not. Nothing was appended under its token.
 */
export async function importReceipt(
  source: ObjectSource,
  { oid: id, machine, createdAt }: GenesisRecord,
  { commits, position, before }: ImportedOutputs,
): Promise<{ readonly receipt: Omit<RefMove, 'receipt'>; readonly objects: readonly GitObject[] } | undefined> {
  const { sequence } = commits
  const ref = receiptRef(machine.name, id)
  const oidOf = (at: number): string => hexOf(commits.digestAt(at))
  const { tip, latest } = await findReceipts(
    source,
    ref,
    before < 0 ? undefined : (one) => one.sequence <= before && oidOf(one.sequence) === one.head,
  )
  const successor = latest?.stored?.successor
  if (successor !== undefined) throw runSealed(ref, id, successor)
  if (position === undefined) return undefined
  const here = before < 0 ? undefined : await outputsSoFar(source, { id, machine, sequence: before }, latest)
  const isPending = here !== undefined && here.settled < here.position
  const settled = isPending
    ? {
        settled: here.settled,
        uncounted: here.uncounted,
        passed: [...here.passed, { from: here.position, to: position }],
      }
    : { settled: position }
  const keys = latest?.stored?.count ?? 0
  const count = nextCount(tip.count, keys > 0)
  const objects = receiptObjects(
    { format: source.format, machine, createdAt },
    {
      after: sequence,
      sequence,
      head: oidOf(sequence),
      token: randomBytes(16).toString('hex'),
      previous: tip.previous,
      count,
      stored: { position, ...settled, count: keys, keys: [] },
    },
  )
  const { oid: to } = objects.at(-1) as GitObject
  return { receipt: { ref, from: tip.at, to }, objects }
}
