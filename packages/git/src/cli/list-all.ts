// Lists the runs of a repository into an array, and keeps what went wrong beside those that could be listed.

import { GitError } from '../git-error.ts'
import type { RecordedRun, RunFilter } from '../read/list-runs.ts'
import type { Repository } from '../repository.ts'

/** The runs that could be listed, and why others could not. */
export interface AllRuns {
  readonly runs: readonly RecordedRun[]
  readonly fault: GitError | undefined
}

export async function listAll(repository: Repository, filter: RunFilter = {}): Promise<AllRuns> {
  const runs: RecordedRun[] = []
  try {
    for await (const run of repository.runs(filter)) runs.push(run)
  } catch (thrown) {
    if (!(thrown instanceof GitError)) throw thrown
    return { runs, fault: thrown }
  }
  return { runs, fault: undefined }
}

/** Whether a run whose id begins with some digits may be among those that could not be listed. */
export function mayHide({ run, cause }: GitError, beginning: string): boolean {
  const faults = cause instanceof AggregateError ? cause.errors : [{ run }]
  return faults.some((fault: { readonly run?: string }) => fault.run?.startsWith(beginning) ?? true)
}
