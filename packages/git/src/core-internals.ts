// The only file that imports the internal entry of core: what this package needs of the engine, by name.

export type {
  GitObject,
  HistoryCommits,
  Mark,
  Recordable,
  RecordedPorts,
  RecordedView,
} from '@xmachines/core/internal'
export {
  batchHeader,
  commitText,
  genesisObjects,
  gitObject,
  isMachine,
  jsonFile,
  readBatchMessage,
  readHistory,
  recordable,
  restoreSnapshot,
  treeBytes,
} from '@xmachines/core/internal'
