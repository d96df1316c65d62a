// What every operation is given of the repository that it works on.

import type { GitError } from './git-error.ts'
import type { ObjectSource } from './objects/object-reader.ts'
import type { GitProgram } from './process/git-program.ts'
import type { EnsureMachine } from './refs/machine-branches.ts'
import type { RefMover } from './refs/ref-moves.ts'

/** An open repository, as its operations see it. */
export interface RepositoryContext extends ObjectSource {
  /** Where it is, as errors name it. */
  readonly directory: string
  /** Where refs and objects are; of a linked worktree, those of the repository that it belongs to. */
  readonly gitDirectory: string
  readonly packDirectory: string
  readonly git: GitProgram
  /** Moves refs, and syncs them. */
  readonly mover: RefMover
  readonly ensureMachine: EnsureMachine
  /** Counts a pack that was written or fetched, so that many small packs are repacked. */
  packWritten(): void
  /** Ends the recorders of a run that has another continuation elsewhere. */
  runDiverged(ref: string, error: GitError): void
}
