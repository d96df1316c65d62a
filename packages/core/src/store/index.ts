// `@xmachines/core/store`: what keeps runs, and what keeps them in memory.

export type { RecordRunOptions } from '../recording/record-options.ts'
export type { Recorder } from '../recording/recording.ts'
export type { SnapshotRecord } from '../recording/restore-snapshot.ts'
export { advance } from './advance.ts'
export type { Applied, ApplyOptions } from './apply-shared.ts'
export { type Followed, followRecords, streamOf } from './follow.ts'
export { type HandleSharedOptions, handleShared } from './handle-shared.ts'
export { isGenesis } from './is-genesis.ts'
export type { LeaseCells, LeaseKeeper, LeaseRecord } from './lease-keeper.ts'
export { leaseKeeper } from './lease-keeper.ts'
export { memoryStore } from './memory-store.ts'
export { type Migrate, type MigrateOptions, type NamedRun, type OpenNamedOptions, openNamed } from './open-named.ts'
export { type OpenSharedOptions, openShared, type SharedRunOf } from './open-shared.ts'
export {
  type AskedReceipt,
  checkTrimmed,
  isAnswer,
  KEPT_RECEIPTS,
  type KeptReceipts,
  positionOfAnswer,
} from './receipts.ts'
export { recordRun } from './record-run.ts'
export type {
  AppendOptions,
  FollowOptions,
  Lease,
  LeaseOptions,
  ListedRun,
  ListOptions,
  ReadOptions,
  Receipt,
  RunStore,
  Slice,
  StoredRecord,
} from './run-store.ts'
export type { SharedRun } from './shared-run.ts'
export { checkSeal, checkSlice } from './slice.ts'
export type { Head, StoreErrorCode } from './store-error.ts'
export { missing, moved, StoreError, sealed, storeErrorOf } from './store-error.ts'
