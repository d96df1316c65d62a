// Why nothing more is recorded of a run, each with the sequence up to which it is.

import { GitError } from '../git-error.ts'
import type { findCommon } from '../read/divergence.ts'

/** What is recorded, and where. */
export interface Recording {
  readonly ref: string
  readonly directory: string
  readonly id: string
  /** The sequence up to which the ref has moved; −1 is nothing. */
  readonly recorded: number
  /** The run itself: how far it is, how many of its batches it let go of, and its head. */
  readonly sequence: number
  readonly dropped: number
  readonly head: string
}

/** Somebody else changed the ref, in a way that took back what was recorded. */
export function movedBack({ ref, directory, id, recorded }: Recording, how: string): GitError {
  return new GitError(
    'HISTORY_DIVERGED',
    `${ref} in ${directory} ${how} by someone else, and sequence ${recorded} had been recorded there; ` +
      'record the run anew, which goes on from what is there',
    { run: id, sequence: recorded },
  )
}

/** The repository lacks what the run no longer holds. */
export function lacksDropped({ ref, directory, id, recorded, dropped }: Recording, how: string): GitError {
  return new GitError(
    'NOT_RECORDED',
    `${ref} in ${directory} ${how}, and the run holds only what is behind sequence ${dropped}; ` +
      'fetch it from the repository that has all of it, and record the run again',
    { run: id, sequence: recorded },
  )
}

/** The ref stands elsewhere than in the history of the run. */
export function divergedAt(
  { ref, directory, id, recorded, sequence, dropped, head }: Recording,
  found: { readonly sequence: number; readonly oid: string },
  common: Awaited<ReturnType<typeof findCommon>>,
): GitError {
  const nothing = dropped > 0 ? 'nothing that the run holds' : 'nothing'
  const shared = common === undefined ? nothing : `sequence ${common.sequence}`
  const why =
    common?.sequence === sequence
      ? `holds the run up to sequence ${found.sequence}, and this run is at ${sequence}: another process went on with it`
      : `holds another history of the run: ${shared} is the last they share`
  return new GitError('HISTORY_DIVERGED', `${ref} in ${directory} ${why}; open the run there and go on from it`, {
    run: id,
    sequence: recorded,
    heads: { recorded: found.oid, run: head, common: common?.oid },
  })
}

/** It was found, while handing over, that the run went on elsewhere. */
export function divergedElsewhere({ ref, id, recorded }: Recording, { message, heads }: GitError): GitError {
  const told = `${message} (${ref} is recorded up to sequence ${recorded})`
  return new GitError('HISTORY_DIVERGED', told, { run: id, sequence: recorded, heads })
}

/** Somebody stopped the recorder. */
export function stoppedAt({ ref, id, recorded }: Recording): GitError {
  return new GitError('RECORDER_STOPPED', `the recorder of ${ref} was stopped at sequence ${recorded}`, {
    run: id,
    sequence: recorded,
  })
}

/** An error of the repository, as one of this run. */
export function asOneOf({ ref, id, recorded }: Recording, { code, message, cause }: GitError): GitError {
  const kept = `${ref} is recorded up to sequence ${recorded}, and the run goes on`
  return new GitError(code, `${message} (${kept})`, { run: id, sequence: recorded, cause })
}
