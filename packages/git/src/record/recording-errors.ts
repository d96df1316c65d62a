// Why no more of a run is recorded. Each error says up to which sequence the run is recorded.

import { GitError } from '../git-error.ts'
import type { CommitPoint } from '../objects/batch-commit.ts'

/** What is recorded, and where. */
export interface RecordingPlace {
  readonly ref: string
  readonly directory: string
  readonly id: string
  /** The sequence up to which the ref has moved; −1 if it does not exist. */
  readonly recorded: number
  /** The run itself: its sequence, how many of its batches it dropped, and its head. */
  readonly sequence: number
  readonly dropped: number
  readonly head: string
}

/** Somebody else changed the ref so that recorded batches are lost. */
export function rewound({ ref, directory, id, recorded }: RecordingPlace, how: string): GitError {
  return new GitError(
    'HISTORY_DIVERGED',
    `${ref} in ${directory} ${how} by somebody else, after sequence ${recorded} had been recorded there; ` +
      'record the run again: a new recorder continues from what is there',
    { run: id, sequence: recorded },
  )
}

/** The repository lacks batches that the run has dropped. */
export function lacksDropped({ ref, directory, id, recorded, dropped }: RecordingPlace, how: string): GitError {
  return new GitError(
    'NOT_RECORDED',
    `${ref} in ${directory} ${how}, and the run keeps only the batches after sequence ${dropped}; ` +
      'fetch the run from the repository that has all of it, and record it again',
    { run: id, sequence: recorded },
  )
}

/** The ref points to a commit that is not in the history of the run. */
export function otherHistory(
  { ref, directory, id, recorded, sequence, dropped, head }: RecordingPlace,
  found: CommitPoint,
  common: CommitPoint | undefined,
): GitError {
  const nothing = dropped > 0 ? 'they share none of the batches that the run keeps' : 'they share nothing'
  const shared = common === undefined ? nothing : `sequence ${common.sequence} is the last that they share`
  const why =
    common?.sequence === sequence
      ? `has the run up to sequence ${found.sequence}, and this run is at ${sequence}: another process continued it`
      : `holds another history of the run: ${shared}`
  return new GitError('HISTORY_DIVERGED', `${ref} in ${directory} ${why}; open the run there and continue from it`, {
    run: id,
    sequence: recorded,
    heads: { recorded: found.oid, run: head, common: common?.oid },
  })
}

/** Another writer recorded an equal batch first. */
export function lostRace(
  { ref, directory, id, recorded, head }: RecordingPlace,
  found: CommitPoint,
  common: CommitPoint,
): GitError {
  return new GitError(
    'HISTORY_DIVERGED',
    `another writer recorded an equal batch ${common.sequence + 1} first: ${ref} in ${directory} is at sequence ${found.sequence}, and ` +
      `this run has recorded only up to sequence ${common.sequence}; open the run there, and send what is missing again`,
    { run: id, sequence: recorded, heads: { recorded: found.oid, run: head, common: common.oid } },
  )
}

/** Another run has taken the place of the run. */
export function runSealed({ ref, directory, id, recorded }: RecordingPlace, successor: string): GitError {
  const why = `${ref} in ${directory} is sealed: the run ${successor} has taken its place; continue with that one`
  return new GitError('RUN_SEALED', why, { run: id, sequence: recorded })
}

/** An answer was lost, and so was the receipt that would replace it. */
export function unknownResult({ ref, directory, id, recorded }: RecordingPlace, found: CommitPoint): GitError {
  return new GitError(
    'UNKNOWN',
    `it is not known whether this run or another writer recorded the batches after sequence ${recorded}: git died without ` +
      `an answer, ${ref} in ${directory} is at sequence ${found.sequence}, and the receipts of these batches are no longer ` +
      'kept; open the run there, and send only what is missing in its state',
    { run: id, sequence: recorded },
  )
}

/** Others kept moving the refs of a run. */
export function refsKeepMoving({ ref, directory, id, recorded }: RecordingPlace): GitError {
  const why = `others keep moving ${ref} in ${directory}, or its receipts; record the run again`
  return new GitError('REPOSITORY_LOCKED', why, { run: id, sequence: recorded })
}

/** A push or a fetch found that the run has another continuation at a remote. */
export function divergedElsewhere({ ref, id, recorded }: RecordingPlace, { message, heads }: GitError): GitError {
  const text = `${message} (${ref} is recorded up to sequence ${recorded})`
  return new GitError('HISTORY_DIVERGED', text, { run: id, sequence: recorded, heads })
}

/** The recorder was stopped. */
export function recorderStopped({ ref, id, recorded }: Pick<RecordingPlace, 'ref' | 'id' | 'recorded'>): GitError {
  return new GitError(
    'RECORDER_STOPPED',
    `the recorder of ${ref} was stopped at sequence ${recorded}; record the run again to continue`,
    { run: id, sequence: recorded },
  )
}

/** An error of the repository, with what is recorded of this run. */
export function withRecorded({ ref, id, recorded }: RecordingPlace, { code, message, cause }: GitError): GitError {
  const kept = `${ref} is recorded up to sequence ${recorded}, and the run continues`
  return new GitError(code, `${message} (${kept})`, { run: id, sequence: recorded, cause })
}
