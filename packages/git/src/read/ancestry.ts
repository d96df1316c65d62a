// How commits are related, as Git knows it.

import { GitError } from '../git-error.ts'
import type { GitProgram } from '../process/git-program.ts'

/** Whether `ancestor` is in the history of `head`; both exist. */
export async function isAncestor(
  git: GitProgram,
  { ancestor, head }: { readonly ancestor: string; readonly head: string },
): Promise<boolean> {
  const { status, stderr } = await git.ask(['merge-base', '--is-ancestor', '--end-of-options', ancestor, head])
  if (status === 0 || status === 1) return status === 0
  throw mergeBaseFailed(git, status, stderr)
}

/** The last commit that two histories share; both exist. Undefined if they share none. */
export async function commonAncestor(git: GitProgram, one: string, other: string): Promise<string | undefined> {
  const { status, stdout, stderr } = await git.ask(['merge-base', '--end-of-options', one, other])
  if (status === 0) return stdout.toString().trim()
  if (status === 1) return undefined
  throw mergeBaseFailed(git, status, stderr)
}

function mergeBaseFailed({ directory }: GitProgram, status: string | number | null, stderr: string): GitError {
  return new GitError('GIT_FAILED', `git merge-base in ${directory} ended with ${status}: ${stderr}`)
}
