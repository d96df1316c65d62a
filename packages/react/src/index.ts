// The public names of @xmachines/react.

export type { SnapshotSource } from './told-snapshot.ts'
export type { UseRunArguments, UseRunOptions } from './use-run.ts'
export { useRun } from './use-run.ts'
export type { Send } from './use-send.ts'
export { useSend } from './use-send.ts'
export { useSnapshot } from './use-snapshot.ts'
