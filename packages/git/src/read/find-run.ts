// Finds a run by its id: what its genesis and its ref tell of it, without reading what lies between.

import { GitError } from '../git-error.ts'
import { readCommit, readGenesisMessage } from '../objects/commit.ts'
import { runRef } from '../refs/ref-names.ts'
import type { FoundRun, ReadingPlace } from '../repository-context.ts'

/** Finds a run by its id, which was checked to be an oid. */
export async function findRun({ directory, read }: ReadingPlace, id: string): Promise<FoundRun> {
  const missing = (why: string): GitError =>
    new GitError('RUN_MISSING', `there is no run ${id} in ${directory}: ${why}; list what there is with runs()`, {
      run: id,
    })
  const genesis = await read(id)
  if (genesis === undefined) throw missing('it has no such object')
  const machine = readGenesisMessage(readCommit(genesis)?.message ?? '')
  if (machine === undefined) throw missing('that object is not the genesis of a run')
  const ref = runRef(machine.name, id)
  const head = await read(ref)
  const commit = head === undefined ? undefined : readCommit(head)
  if (head === undefined || commit === undefined) throw missing(`${ref} is not there`)
  const { name, version } = machine
  const createdAt = commit.authored
  return { id, ref, head: head.oid, sequence: commit.committed - createdAt, createdAt, machine: { name, version } }
}
