// Why something with a repository failed. One class; `code` tells the failures apart.

/** What failed. */
export type GitErrorCode =
  /** There is no `git`, or it is too old. */
  | 'GIT_MISSING'
  /** Git ended with an error that says no more. */
  | 'GIT_FAILED'
  /** The directory is not a repository, or lies inside one. */
  | 'NOT_A_REPOSITORY'
  /** The repository is shallow or partial; or it is a mirror, and was to be changed. */
  | 'UNSUPPORTED_REPOSITORY'
  /** Repository and run have different object formats. */
  | 'FORMAT_MISMATCH'
  /** The repository has no such run. */
  | 'RUN_MISSING'
  /** The run was sealed, because another has taken its place. Nothing is recorded of it any more. */
  | 'RUN_SEALED'
  /** The repository lacks the run's head, or batches that the run dropped. */
  | 'NOT_RECORDED'
  /** An object, a pack or a ref is missing or damaged, or does not belong to a run. */
  | 'OBJECT_CORRUPT'
  /** There is another history of the run, in the repository or at the remote. */
  | 'HISTORY_DIVERGED'
  /** It cannot be known whether a batch was recorded: Git gave no answer, and its receipt is no longer kept. */
  | 'UNKNOWN'
  /** Another process holds a lock, or left it. */
  | 'REPOSITORY_LOCKED'
  /** A file could not be read. */
  | 'READ_FAILED'
  /** A file could not be written. */
  | 'WRITE_FAILED'
  /** The recorder was stopped, and records no more. */
  | 'RECORDER_STOPPED'
  /** A snapshot differs from what its history produces. */
  | 'SNAPSHOT_MISMATCH'
  /** A snapshot is needed, and none is kept. */
  | 'SNAPSHOT_MISSING'
  /** There is no remote of that name. */
  | 'REMOTE_MISSING'
  /** The remote is configured differently. */
  | 'REMOTE_MISMATCH'
  /** The remote could not be reached, or broke off. */
  | 'REMOTE_FAILED'
  /** The remote refuses what was pushed. */
  | 'REMOTE_REJECTED'

/** The heads of two histories of one run. */
export interface DivergedHeads {
  /** The head in this repository. */
  readonly recorded: string
  /** The head of the run that was to be recorded. */
  readonly run?: string
  /** The head at the remote. */
  readonly remote?: string
  /** The last commit that both have. An equal batch that another writer recorded first is not shared. */
  readonly common: string | undefined
}

/** What a `GitError` has beside its message. */
export interface GitErrorDetails {
  /** The id of the run. */
  readonly run?: string
  /** The sequence up to which the run is recorded, or at which a history breaks. */
  readonly sequence?: number
  /** With `HISTORY_DIVERGED`: the heads of the two histories. */
  readonly heads?: DivergedHeads | undefined
  readonly cause?: unknown
}

/** A failure of a repository. The run continues unharmed. */
export class GitError extends Error {
  readonly code: GitErrorCode
  readonly run: string | undefined
  readonly sequence: number | undefined
  readonly heads: GitErrorDetails['heads']

  constructor(code: GitErrorCode, message: string, details: GitErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.run = details.run
    this.sequence = details.sequence
    this.heads = details.heads
  }

  override get name(): string {
    return 'GitError'
  }
}

/** A thrown value as a `GitError`: `WRITE_FAILED` unless it is one already. */
export function asGitError(thrown: unknown, doing: string, details: GitErrorDetails = {}): GitError {
  return asError('WRITE_FAILED', thrown, doing, details)
}

/** A thrown value as a `GitError`: `READ_FAILED` unless it is one already. */
export function asReadError(thrown: unknown, doing: string, details: GitErrorDetails = {}): GitError {
  return asError('READ_FAILED', thrown, doing, details)
}

function asError(code: GitErrorCode, thrown: unknown, doing: string, details: GitErrorDetails): GitError {
  if (thrown instanceof GitError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new GitError(code, `${doing} failed: ${message}`, { ...details, cause: thrown })
}
