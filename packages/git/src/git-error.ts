// Why something with a repository failed. One class, told apart by `code`.

/**
 * What failed:
 * `GIT_MISSING` there is no `git`, or one that is too old; `GIT_FAILED` it ended with an error that says no more;
 * `NOT_A_REPOSITORY` the directory is none, or lies inside one; `UNSUPPORTED_REPOSITORY` it is shallow, partial or a
 * mirror; `FORMAT_MISMATCH` repository and run have different object formats; `RUN_MISSING` it has no such run;
 * `NOT_RECORDED` the run's head is not in it, or what the run let go of; `OBJECT_CORRUPT` an object is not what its oid
 * says, or not of a run; `HISTORY_DIVERGED` the repository holds another history of the run; `REPOSITORY_LOCKED` another
 * process holds a lock, or left it; `WRITE_FAILED` a file could not be written; `RECORDER_STOPPED` nothing more is
 * recorded; `SNAPSHOT_MISMATCH` a snapshot is not what its history comes to; `SNAPSHOT_MISSING` none is kept where one is
 * needed; `REMOTE_MISSING` there is no remote of that name; `REMOTE_MISMATCH` it is configured otherwise; `REMOTE_FAILED`
 * it could not be reached, or broke off;
 * `REMOTE_REJECTED` it does not take what was pushed.
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

/** Where two histories of one run end. */
export interface DivergedHeads {
  /** In this repository. */
  readonly recorded: string
  /** The run that was to be recorded. */
  readonly run?: string
  /** At the remote. */
  readonly remote?: string
  /** The last commit that both have. */
  readonly common: string | undefined
}

/** What a `GitError` tells beside its message. */
export interface GitErrorDetails {
  /** The id of the run. */
  readonly run?: string
  /** Up to which sequence the run is recorded, or where a history breaks. */
  readonly sequence?: number
  /** With `HISTORY_DIVERGED`: where the two histories end. */
  readonly heads?: DivergedHeads | undefined
  readonly cause?: unknown
}

/** A failure of a repository; the run that it was about goes on unharmed. */
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

/** What was thrown, as a `GitError`. */
export function asGitError(thrown: unknown, doing: string, details: GitErrorDetails = {}): GitError {
  if (thrown instanceof GitError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new GitError('WRITE_FAILED', `${doing} failed: ${message}`, { ...details, cause: thrown })
}
