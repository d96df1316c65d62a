// What a run let go of, read back from where it is recorded.

import type { BatchRecord, RunEvent } from '@xmachines/core'
import { GitError } from '../git-error.ts'
import { readGenesis } from '../objects/commit.ts'
import { corrupt } from '../objects/object-stream.ts'
import type { ReadingPlace } from '../repository-context.ts'
import { readPart } from './stream-history.ts'

/** The batches of a run from a sequence to one of them, for readers of a run that let go of them. */
export async function* streamEarlier(
  place: ReadingPlace,
  id: string,
  from: number,
  to: { readonly sequence: number; readonly oid: string },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  try {
    const object = await place.read(id)
    if (object === undefined) throw corrupt(id, 'it is missing')
    const genesis = await readGenesis(object, place.format, place.read)
    yield* readPart(place.git, place.format, genesis, from, to)
  } catch (thrown) {
    if (!(thrown instanceof GitError)) throw thrown
    const { code, message } = thrown
    const unheld = `the run itself holds only what is behind sequence ${to.sequence}`
    throw new GitError(code, `${message} (${unheld}: read repository.history('${id}') where the run is recorded)`, {
      run: id,
      sequence: from,
      cause: thrown,
    })
  }
}
