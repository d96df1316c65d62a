// Where a history in a repository and that of a run part.

import type { Recordable } from '@xmachines/core/recording'
import { readCommit } from './commit-text.ts'
import { hexOf } from './object-id.ts'
import type { ReadObject } from './object-stream.ts'

/** The sequence of the last commit that both have; undefined where they have none. */
export async function findCommon(
  read: (oid: string) => Promise<ReadObject | undefined>,
  head: ReadObject,
  run: Pick<Recordable<unknown, unknown, unknown>, 'sequence' | 'digestAt'>,
): Promise<number | undefined> {
  let object: ReadObject | undefined = head
  for (;;) {
    const commit = object === undefined ? undefined : readCommit(object)
    if (object === undefined || commit === undefined) return undefined
    const sequence = commit.committed - commit.authored
    if (sequence < 0) return undefined
    if (sequence <= run.sequence && hexOf(run.digestAt(sequence)) === object.oid) return sequence
    if (sequence === 0 || commit.parent === undefined) return undefined
    object = await read(commit.parent)
  }
}
