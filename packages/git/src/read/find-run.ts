// Finds a run by its id: what its genesis and its ref say about it, without reading the batches between them.

import { GitError } from '../git-error.ts'
import type { MachineName } from '../machines.ts'
import { decodeGenesisMessage } from '../objects/genesis-commit.ts'
import { readHead } from '../refs/read-head.ts'
import { runRef } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'

/** A run, as its ref describes it. */
export interface FoundRun {
  readonly id: string
  readonly ref: string
  readonly head: string
  readonly sequence: number
  /** When the run was created, in whole seconds since the epoch. */
  readonly createdAt: number
  readonly machine: MachineName
}

/**
 * Finds a run by its id, which was checked to be an oid.
 * @throws {GitError} `RUN_MISSING` if it is not in the repository
 */
export async function findRun(context: RepositoryContext, id: string): Promise<FoundRun> {
  const { directory, read } = context
  const missing = (why: string): GitError =>
    new GitError('RUN_MISSING', `there is no run ${id} in ${directory}: ${why}; runs() lists the runs that are there`, {
      run: id,
    })
  const genesis = await read(id)
  if (genesis === undefined) throw missing('it has no such object')
  const message = decodeGenesisMessage(genesis)
  if (message === undefined) throw missing('that object is not the genesis of a run')
  const { name, version } = message
  const ref = runRef(name, id)
  const head = await readHead(context, ref)
  if (head?.commit === undefined) throw missing(`${ref} does not exist`)
  const { oid, sequence, commit } = head
  return { id, ref, head: oid, sequence, createdAt: commit.createdAt, machine: { name, version } }
}
