// Why a store did not do what it was asked to.

/** What went wrong in a store. */
export type StoreErrorCode =
  /** The head is not the one that the append expected. `head` says where it is. Nothing was appended. */
  | 'MOVED'
  /** The run was sealed: `successor` has taken its place. Nothing was appended, and nothing will be. */
  | 'SEALED'
  /** The store has no run of this id. */
  | 'MISSING'
  /** Nobody knows any more whether an append was made: its receipt was trimmed. Do not append it again. */
  | 'UNKNOWN'
  /** What was given, or what was read, does not continue the history before it. */
  | 'CORRUPT'
  /** The lease ran out or was taken by another owner. */
  | 'LEASE_LOST'
  /** The transaction that the store is within has failed. Roll it back, and do all of it again. */
  | 'ABORTED'
  /** The store cannot be reached, is full or was closed. The cause says more; trying again later may help. */
  | 'UNAVAILABLE'

/** Where the history of a run ends. */
export interface Head {
  /** The oid of the latest commit, in hex. */
  readonly head: string
  /** How many batches there are. */
  readonly sequence: number
  /** The id of the run that has taken its place, if it was sealed: then it ends here for ever. */
  readonly successor?: string
}

/** An error of a store. Its message says what was wrong, where, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  /** Where the run ends, with `MOVED`; undefined if the store has no such run. */
  readonly head: Head | undefined
  /** The id of the run that has taken the place of this one, with `SEALED`. */
  readonly successor: string | undefined

  constructor(
    code: StoreErrorCode,
    message: string,
    { head, successor, cause }: { head?: Head | undefined; successor?: string; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.head = head
    this.successor = successor
  }
}

/** The error for a run that a store does not have. */
export function missing(id: string): StoreError {
  return new StoreError('MISSING', `the store has no run ${id.slice(0, 80)}; append its genesis first`)
}

/** The error for an append behind a head that has moved. */
export function moved(id: string, expected: string | undefined, head: Head | undefined): StoreError {
  const where = head === undefined ? 'is not there' : `ends at sequence ${head.sequence}, ${head.head}`
  const wanted = expected === undefined ? 'expected it not to exist' : `expected it to end at ${expected}`
  return new StoreError('MOVED', `the run ${id} ${where}; the append ${wanted}: read what is new, then append again`, {
    head,
  })
}

/** The error for a run that takes no more, because another has taken its place. */
export function sealed(id: string, successor: string): StoreError {
  return new StoreError('SEALED', `the run ${id} is sealed; continue with its successor ${successor}`, {
    successor,
  })
}

/** An error of a store, made by any copy of core; undefined if it is another error. */
export function storeErrorOf(thrown: unknown): StoreError | undefined {
  const { name, code } = (thrown ?? {}) as { readonly name?: unknown; readonly code?: unknown }
  // Only a StoreError has this name with a code.
  return name === 'StoreError' && typeof code === 'string' ? (thrown as StoreError) : undefined
}
