// The only file that imports the internal entry of core: what this package needs of the engine, by name.

export type {
  Checkpoint,
  GitObject,
  HistoryCommits,
  MachineName,
  Recordable,
  Recording,
  ReplayedStep,
} from '@xmachines/core/internal'
export {
  batchHeader,
  commitText,
  firstDifference,
  freezePlain,
  genesisObjects,
  gitObject,
  isMachine,
  jsonFile,
  NAME,
  openOutsideHistory,
  pickMachine,
  readBatchMessage,
  recordable,
  replaySteps,
  restoreSnapshot,
  restoreWatched,
  startRecording,
  treeBytes,
  VERSION,
} from '@xmachines/core/internal'
