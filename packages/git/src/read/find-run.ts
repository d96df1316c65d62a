// Finds a run by its id: what its genesis and its ref say about it, without reading the batches between them.

import { GitError } from '../git-error.ts'
import type { MachineName } from '../machines.ts'
import { decodeGenesisMessage } from '../objects/genesis-commit.ts'
import { corrupt } from '../objects/object-stream.ts'
import { whyUnreadable } from '../objects/passed-over.ts'
import { isMadeMeanwhile, listRefs } from '../refs/list-refs.ts'
import { readHead } from '../refs/read-head.ts'
import { RUNS, runRef } from '../refs/ref-names.ts'
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
 * @param wasMade whether it was made while it was looked for before
 * @throws {GitError} `RUN_MISSING` if it is not in the repository, and nothing was passed over that may hold it
 */
export async function findRun(context: RepositoryContext, id: string, wasMade = false): Promise<FoundRun> {
  const { directory, read } = context
  const missing = (why: string): GitError =>
    new GitError('RUN_MISSING', `there is no run ${id} in ${directory}: ${why}; runs() lists the runs that are there`, {
      run: id,
    })
  const genesis = await read(id)
  if (genesis === undefined) {
    if ((await isGenesisMade(context, id)) && !wasMade) return await findRun(context, id, true)
    throw missing('it has no such object')
  }
  const message = decodeGenesisMessage(genesis)
  if (message === undefined) throw missing('that object is not the genesis of a run')
  const { name, version } = message
  const ref = runRef(name, id)
  const head = await readHead(context, ref)
  if (head === undefined) {
    if ((await isMadeMeanwhile(context, ref)) && !wasMade) return await findRun(context, id, true)
    throw missing(`${ref} does not exist`)
  }
  const { oid, sequence, commit } = head
  if (commit === undefined) throw notOfRun({ id, ref, head: oid })
  return { id, ref, head: oid, sequence, createdAt: commit.createdAt, machine: { name, version } }
}

/**
 * What is wrong with the head of a run that can be seen without reading the history; undefined if nothing is. Only a read
 * history says at which sequence it breaks.
 */
export function headFault({ id, ref, head, sequence }: Omit<FoundRun, 'createdAt' | 'machine'>): GitError | undefined {
  return sequence < 0 || (sequence === 0) !== (head === id) ? notOfRun({ id, ref, head }) : undefined
}

function notOfRun({ id, ref, head }: Pick<FoundRun, 'id' | 'ref' | 'head'>): GitError {
  return corrupt(head, `${ref} points to it, and it is not a commit of that run`, { run: id })
}

/**
 * Makes sure that a genesis is not in the repository: nothing was passed over, and no ref names it.
 * @returns whether another writer has made it meanwhile
 * @throws {GitError} if it may be there
 */
export async function isGenesisMade(context: RepositoryContext, id: string): Promise<boolean> {
  const { refs, faults } = await listRefs(context, RUNS)
  const isOf = ({ ref }: { readonly ref: string }): boolean => ref.endsWith('/') || ref.endsWith(`/${id}`)
  const fault = faults.find(isOf)
  if (fault !== undefined) throw fault.error
  const unreadable = await whyUnreadable(context, id, { run: id, sequence: 0 })
  if (unreadable !== undefined) throw unreadable
  const named = refs.find(isOf)
  if (named === undefined) return false
  if ((await context.read(id)) !== undefined) return true
  throw corrupt(id, `it is missing, and ${named.ref} is there`, { run: id, sequence: 0 })
}
