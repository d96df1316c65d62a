// The public names of @xmachines/git.

export type { GitErrorCode, GitErrorDetails } from './git-error.ts'
export { GitError } from './git-error.ts'
export type { RecordedRun, RunFilter } from './list-runs.ts'
export type { FormatName } from './object-id.ts'
export type { OpenRepositoryOptions } from './open-repository.ts'
export { openRepository } from './open-repository.ts'
export type { OpenRunOptions } from './open-run.ts'
export type { Recorder, RecordOptions } from './recorder.ts'
export type { MachineName } from './ref-names.ts'
export type { Repository } from './repository.ts'
export type { KeptSnapshot } from './snapshots.ts'
export type { Verified } from './verify.ts'
