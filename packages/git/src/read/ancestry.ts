// How histories lie to each other, as Git knows.

import { GitError } from '../git-error.ts'
import type { GitProgram } from '../process/git-program.ts'

/** Whether one commit is in the history of the other; both are there. */
export async function isAncestor(git: GitProgram, one: string, other: string): Promise<boolean> {
  const { status, stderr } = await git.ask(['merge-base', '--is-ancestor', '--end-of-options', one, other])
  if (status === 0 || status === 1) return status === 0
  throw new GitError('GIT_FAILED', `git merge-base in ${git.directory} ended with ${status}: ${stderr}`)
}

/** The last commit that two histories share, which are both there. */
export async function commonAncestor(git: GitProgram, one: string, other: string): Promise<string | undefined> {
  const { status, stdout, stderr } = await git.ask(['merge-base', '--end-of-options', one, other])
  if (status === 0) return stdout.toString().trim()
  if (status === 1) return undefined
  throw new GitError('GIT_FAILED', `git merge-base in ${git.directory} ended with ${status}: ${stderr}`)
}
