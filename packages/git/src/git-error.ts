// Why something with a repository failed. One class; `code` tells the failures apart.

/**
 * What failed:
 * `GIT_MISSING` there is no `git`, or it is too old; `GIT_FAILED` Git ended with an error that says no more;
 * `NOT_A_REPOSITORY` the directory is not a repository, or lies inside one; `UNSUPPORTED_REPOSITORY` the repository is
 * shallow, partial or a mirror; `FORMAT_MISMATCH` repository and run have different object formats; `RUN_MISSING` the
 * repository has no such run; `NOT_RECORDED` the repository lacks the run's head, or batches that the run dropped;
 * `OBJECT_CORRUPT` an object has another oid than its content, or does not belong to a run; `HISTORY_DIVERGED` the
 * repository holds another history of the run; `REPOSITORY_LOCKED` another process holds a lock, or left it;
 * `WRITE_FAILED` a file could not be written; `RECORDER_STOPPED` the recorder was stopped and records no more;
 * `SNAPSHOT_MISMATCH` a snapshot differs from what its history produces; `SNAPSHOT_MISSING` a snapshot is needed and not
 * kept; `REMOTE_MISSING` there is no remote of that name; `REMOTE_MISMATCH` the remote is configured differently;
 * `REMOTE_FAILED` the remote could not be reached, or broke off; `REMOTE_REJECTED` the remote refuses what was pushed.
 */
export type GitErrorCode =
  | 'GIT_MISSING'
  | 'GIT_FAILED'
  | 'NOT_A_REPOSITORY'
  | 'UNSUPPORTED_REPOSITORY'
  | 'FORMAT_MISMATCH'
  | 'RUN_MISSING'
  | 'NOT_RECORDED'
  | 'OBJECT_CORRUPT'
  | 'HISTORY_DIVERGED'
  | 'REPOSITORY_LOCKED'
  | 'WRITE_FAILED'
  | 'RECORDER_STOPPED'
  | 'SNAPSHOT_MISMATCH'
  | 'SNAPSHOT_MISSING'
  | 'REMOTE_MISSING'
  | 'REMOTE_MISMATCH'
  | 'REMOTE_FAILED'
  | 'REMOTE_REJECTED'

/** The heads of two histories of one run. */
export interface DivergedHeads {
  /** The head in this repository. */
  readonly recorded: string
  /** The head of the run that was to be recorded. */
  readonly run?: string
  /** The head at the remote. */
  readonly remote?: string
  /** The last commit that both have. */
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
  if (thrown instanceof GitError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new GitError('WRITE_FAILED', `${doing} failed: ${message}`, { ...details, cause: thrown })
}
