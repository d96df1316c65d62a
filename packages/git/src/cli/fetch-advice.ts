// Why a repository may have no runs: a plain clone takes over branches and tags only.

import { gitProgram } from '../process/git-program.ts'
import type { Repository } from '../repository.ts'

/** How to fetch runs that a clone did not take over; undefined if the repository has no remote. */
export async function fetchAdvice({ directory }: Repository): Promise<string | undefined> {
  const { stdout } = await gitProgram(directory).ask(['remote'])
  const remotes = stdout.toString().split('\n').filter(Boolean)
  const [first] = remotes
  if (first === undefined) return undefined
  const remote = remotes.includes('origin') ? 'origin' : first
  return (
    'if it is a clone: git clone takes over no runs; fetch them with ' +
    `git -C ${quoted(directory)} fetch ${remote} 'refs/runs/*:refs/runs/*' 'refs/snapshots/*:refs/snapshots/*'`
  )
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
