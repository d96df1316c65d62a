// `@xmachines/core/internal`: what the stores of this workspace need from the engine. It is not public API: it has no
// promise of stability, and each store is released together with the core that it was built with.

export { readBatchMessage } from './batch-message.ts'
export type { GenesisContent } from './commit.ts'
export { batchHeader, commitText, genesisObjects, jsonFile, treeBytes } from './commit.ts'
export type { HistoryCommits, OutsideHistory } from './history-commits.ts'
export { readHistory } from './history-commits.ts'
export { isMachine } from './machine.ts'
export type { Mark } from './mark.ts'
export type { GitObject } from './oid.ts'
export { gitObject } from './oid.ts'
export type { RecordedPorts, RecordedView } from './recorded-ports.ts'
export type { Hold, Recordable } from './recording.ts'
export { recordable } from './recording.ts'
export type { SnapshotRecord } from './restore-snapshot.ts'
export { restoreSnapshot } from './restore-snapshot.ts'
export type { ReadEarlier, Retention } from './retention.ts'
