// `@xmachines/core/internal`: what the stores of this workspace need from the engine. It is not public API: it promises no
// stability, and each store is released together with the core that it was built with.

export { readBatchMessage } from './history/batch-message.ts'
export type { HistoryCommits, OutsideHistory } from './history/verify-history.ts'
export { openOutsideHistory } from './history/verify-history.ts'
export { batchHeader } from './identity/batch-commit.ts'
export type { GenesisContent, GenesisObjects } from './identity/genesis-objects.ts'
export { genesisObjects, jsonFile } from './identity/genesis-objects.ts'
export type { CommitContent, GitObject } from './identity/git-object.ts'
export { commitText, gitObject, treeBytes } from './identity/git-object.ts'
export { isMachine, pickMachine } from './machine/machine.ts'
export type { Checkpoint } from './recording/checkpoint.ts'
export type { Hold, Recordable } from './recording/recordable.ts'
export { recordable } from './recording/recordable.ts'
export type { RecordedView } from './recording/recorded-ports.ts'
export type { SnapshotRecord } from './recording/restore-snapshot.ts'
export { restoreSnapshot } from './recording/restore-snapshot.ts'
export type { ReadEarlier, Retention } from './recording/retention.ts'
