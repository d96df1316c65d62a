// What fails in the repository, as errors of a store. The `GitError` is the cause.

import { StoreError, type StoreErrorCode } from '@xmachines/core/store'
import { asReadError, GitError, type GitErrorCode } from '../git-error.ts'
import { withoutRawError } from '../raw-errors.ts'

/** The codes that are not `UNAVAILABLE`. */
const CODES: ReadonlyMap<GitErrorCode, StoreErrorCode> = new Map([
  ['RUN_MISSING', 'MISSING'],
  ['OBJECT_CORRUPT', 'CORRUPT'],
  ['HISTORY_DIVERGED', 'CORRUPT'],
  ['FORMAT_MISMATCH', 'CORRUPT'],
  ['UNKNOWN', 'UNKNOWN'],
])

/** What was thrown, as an error of a store; wrong arguments stay what they are. */
function storeFailure(thrown: unknown, doing: string): unknown {
  const known = withoutRawError(thrown, 'READ_FAILED', doing)
  if (!(known instanceof GitError)) return known
  return new StoreError(CODES.get(known.code) ?? 'UNAVAILABLE', known.message, { cause: known })
}

/** The same function, which rejects with errors of a store. */
export function storing<Arguments extends readonly unknown[], Result>(
  doing: string,
  work: (...given: Arguments) => Promise<Result>,
): (...given: Arguments) => Promise<Result> {
  return async (...given) => {
    try {
      return await work(...given)
    } catch (thrown) {
      throw storeFailure(thrown, doing)
    }
  }
}

/** The same generator, which throws errors of a store. */
export async function* storingEach<Item>(doing: string, items: AsyncIterable<Item>): AsyncGenerator<Item, void> {
  try {
    yield* items
  } catch (thrown) {
    throw storeFailure(thrown, doing)
  }
}

/** The error for an append whose answer was lost: the receipt says whether it was made. */
export function lostAnswer(id: string, directory: string): StoreError {
  return new StoreError(
    'UNAVAILABLE',
    `git died before it said whether the run ${id} was appended to in ${directory}; ask for the receipt of the append`,
    { cause: asReadError(new Error('git gave no answer'), `appending to the run ${id}`, { run: id }) },
  )
}

/** The error for a change of a name whose answer was lost. */
export function lostName(key: string, directory: string): StoreError {
  const name = JSON.stringify(key.slice(0, 80))
  const why = `git died before it said whether the name ${name} was changed in ${directory}; ask whose it is`
  return new StoreError('UNAVAILABLE', why, { cause: asReadError(new Error('git gave no answer'), `naming ${name}`) })
}

/** The error for what others keep moving. */
export function keepsMoving(ref: string, directory: string): StoreError {
  return new StoreError('UNAVAILABLE', `others keep moving ${ref} in ${directory}; try again`)
}
