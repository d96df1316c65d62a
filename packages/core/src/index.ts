// The public names of @xmachines/core.

export type {
  HandledEvents,
  HandledPorts,
  HandleOutputsOptions,
  OutputContext,
  OutputHandlers,
} from './handle-outputs.ts'
export { handleOutputs } from './handle-outputs.ts'
export type { BatchRecord, GenesisRecord, HistoryOptions, HistoryRecord, RunDocument } from './history.ts'
export type { InPort } from './in-port.ts'
export type {
  BareStateName,
  Emit,
  EventHandler,
  EventOf,
  Handler,
  HandlerTable,
  Machine,
  MachineArrow,
  MachineDefinition,
  MachineGraph,
  RunEvent,
  StateAt,
  StateName,
} from './machine.ts'
export { defineMachine } from './machine.ts'
export { toMermaid } from './mermaid.ts'
export type { ObjectFormat } from './oid.ts'
export type { History, ReplayOptions, RestoreOptions, RunOf } from './restore.ts'
export { replayRun, restoreRun } from './restore.ts'
export type { Ports, PortsOptions, Run } from './run.ts'
export { createRun } from './run.ts'
export type { RunErrorCode } from './run-error.ts'
export { RunError } from './run-error.ts'
export type { CreateRunArguments, CreateRunOptions, RunOptions } from './run-options.ts'
export type { SchemaIssue, SchemaResult, StandardSchema } from './schema.ts'
export type { Snapshot } from './snapshot.ts'
export type { SnapshotPort } from './snapshot-port.ts'
export type { DeclaredHandler } from './transition.ts'
export { to } from './transition.ts'
export { waitFor } from './wait-for.ts'
