// The bytes of a history's commits, an import of its own: `@xmachines/core/commits`. For what stores histories in Git,
// so that these bytes are written in one place.

export { readBatchMessage } from './batch-message.ts'
export type { GenesisContent } from './commit.ts'
export { batchHeader, commitText, genesisObjects, jsonFile, treeBytes } from './commit.ts'
export type { HistoryCommits, OutsideHistory } from './history-commits.ts'
export { readHistory } from './history-commits.ts'
export type { GitObject } from './oid.ts'
export { gitObject } from './oid.ts'
