// Reads dropped batches of a run back from its repository.

import type { BatchRecord, RunEvent } from '@xmachines/core'
import { GitError } from '../git-error.ts'
import type { CommitPoint } from '../objects/batch-commit.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { type HistorySource, streamBatches } from './stream-history.ts'

/** The batches of a run from a sequence to a commit, for readers of a run that has dropped them. */
export async function* streamEarlier(
  source: HistorySource,
  id: string,
  { from, to }: { readonly from: number; readonly to: CommitPoint },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  try {
    yield* streamBatches(source, await readGenesis(source, id), { from, to })
  } catch (thrown) {
    if (!(thrown instanceof GitError)) throw thrown
    const { code, message } = thrown
    const kept = `the run itself keeps only the batches after sequence ${to.sequence}`
    throw new GitError(code, `${message} (${kept}: read repository.history('${id}') where the run is recorded)`, {
      run: id,
      sequence: from,
      cause: thrown,
    })
  }
}
