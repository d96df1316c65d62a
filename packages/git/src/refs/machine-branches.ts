// The branches of machines: orphan commits that runs fork from, made once and never moved.

import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GitError } from '../git-error.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import type { GitProgram } from '../process/git-program.ts'
import { syncDirectory } from '../process/sync-directory.ts'
import { RefMismatch, type RefMover } from './ref-moves.ts'

/** A branch, and the commit that it must point to. */
export interface MachineBranch {
  readonly ref: string
  readonly oid: string
}

/** Makes sure that the branch of a machine exists, and points to the commit of that machine. */
export type EnsureMachine = (branch: MachineBranch, mover: RefMover) => Promise<void>

/** What this needs of a repository. */
export interface MachineBranchesOptions extends Pick<ObjectSource, 'read'> {
  readonly git: GitProgram
  readonly gitDirectory: string
}

/** Makes sure that branches exist; looks for each once. */
export function machineBranches({ git, gitDirectory, read }: MachineBranchesOptions): EnsureMachine {
  const known = new Map<string, Promise<void>>()

  async function ensure({ ref, oid }: MachineBranch, mover: RefMover): Promise<void> {
    let found = (await read(ref))?.oid
    if (found === undefined) {
      const [failure] = await mover.move([{ ref, to: oid, from: undefined }])
      if (failure instanceof GitError) throw failure
      found = failure instanceof RefMismatch ? failure.found : oid
      if (failure === undefined) await adoptHead(ref)
    }
    if (found === oid) return
    throw new GitError(
      'HISTORY_DIVERGED',
      `${ref} in ${git.directory} points to ${found}, but the commit of that machine is ${oid}: somebody moved it; ` +
        `put it back with git update-ref ${ref} ${oid}`,
    )
  }

  /** Points the HEAD of a bare repository without commits to the first machine, so that a clone checks it out. */
  async function adoptHead(ref: string): Promise<void> {
    const { status, stdout } = await git.ask(['rev-parse', '--is-bare-repository'])
    if (status !== 0 || stdout.toString().trim() !== 'true') return
    const head = await git.ask(['rev-parse', '--quiet', '--verify', '--end-of-options', 'HEAD'])
    // If HEAD cannot be written, or somebody else is writing it, clones check nothing out. Nothing else is lost.
    if (head.status !== 0) await pointHead(ref).catch(() => undefined)
  }

  /** As `git symbolic-ref`, which does not sync: a power cut could leave HEAD empty, and then no repository. */
  async function pointHead(ref: string): Promise<void> {
    const head = join(gitDirectory, 'HEAD')
    const handle = await open(`${head}.lock`, 'wx')
    try {
      await handle.writeFile(`ref: ${ref}\n`)
      await handle.sync()
      await rename(`${head}.lock`, head)
    } catch (thrown) {
      await rm(`${head}.lock`, { force: true })
      throw thrown
    } finally {
      await handle.close()
    }
    await syncDirectory(gitDirectory)
  }

  return (branch, mover) => {
    const key = `${branch.ref} ${branch.oid}`
    const ensured = known.get(key) ?? ensure(branch, mover)
    known.set(key, ensured)
    // The next caller tries again after a failure.
    ensured.catch(() => known.delete(key))
    return ensured
  }
}
