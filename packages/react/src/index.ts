// The public names of @xmachines/react.

export type { RunContext, RunProviderProps } from './create-run-context.ts'
export { createRunContext } from './create-run-context.ts'
export { shallow } from './shallow.ts'
export type { SnapshotSource } from './snapshot/snapshot-source.ts'
export type { UseOutputsOptions } from './use-outputs.ts'
export { useOutputs } from './use-outputs.ts'
export { useRefusals } from './use-refusals.ts'
export type { UseRunArguments, UseRunOptions } from './use-run.ts'
export { useRun } from './use-run.ts'
export type { Send } from './use-send.ts'
export { useSend } from './use-send.ts'
export { useSnapshot } from './use-snapshot.ts'
