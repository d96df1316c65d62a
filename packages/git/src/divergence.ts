// Where a history in a repository and that of a run part.

import type { Recordable } from '@xmachines/core/recording'
import { readCommit } from './commit-text.ts'
import { hexOf } from './object-id.ts'
import type { ReadObject } from './object-stream.ts'

/** The last commit that both have; undefined where there is none, or the run no longer holds its oid. */
export async function findCommon(
  read: (oid: string) => Promise<ReadObject | undefined>,
  head: ReadObject,
  run: Pick<Recordable<unknown, unknown, unknown>, 'sequence' | 'dropped' | 'digestAt'>,
): Promise<{ readonly sequence: number; readonly oid: string } | undefined> {
  let object: ReadObject | undefined = head
  for (;;) {
    const commit = object === undefined ? undefined : readCommit(object)
    if (object === undefined || commit === undefined) return undefined
    const sequence = commit.committed - commit.authored
    if (sequence < run.dropped) return undefined
    if (sequence <= run.sequence && hexOf(run.digestAt(sequence)) === object.oid) return { sequence, oid: object.oid }
    if (sequence === 0 || commit.parent === undefined) return undefined
    object = await read(commit.parent)
  }
}
