// The public names of @xmachines/core.

export type { BatchRecord, GenesisRecord, HistoryOptions, HistoryRecord, RunDocument } from './history/records.ts'
export type { ObjectFormat } from './identity/object-format.ts'
export { defineMachine } from './machine/define-machine.ts'
export type {
  BareStateName,
  EventHandler,
  EventTyped,
  HandlerTable,
  MachineDefinition,
  MachineTypes,
  StateAt,
  StateName,
} from './machine/definition.ts'
export type {
  AnyMachine,
  Emit,
  EventOf,
  Handler,
  InputOf,
  Machine,
  MachineArrow,
  MachineGraph,
  OutputOf,
  RunEvent,
  StateOf,
} from './machine/machine.ts'
export { toMermaid } from './machine/mermaid.ts'
export type { MachineOutline, OutlineArrow, OutlineState } from './machine/outline.ts'
export type { PlainData } from './machine/plain-type.ts'
export { refuse } from './machine/refuse.ts'
export type { RunErrorCode } from './machine/run-error.ts'
export { RunError } from './machine/run-error.ts'
export type { SchemaIssue, SchemaResult, StandardSchema } from './machine/schema.ts'
export type { Snapshot } from './machine/snapshot.ts'
export type { DeclaredHandler } from './machine/to.ts'
export { to } from './machine/to.ts'
export type { InPort } from './ports/in-port.ts'
export type { Ports } from './ports/open-ports.ts'
export type { PortsOptions } from './ports/ports-options.ts'
export type { SnapshotPort } from './ports/snapshot-port.ts'
export { createRun } from './run/create-run.ts'
export { forkRun } from './run/fork-run.ts'
export type {
  CancellableHandler,
  HandledEvents,
  HandleOutput,
  OutputContext,
  OutputSource,
} from './run/handle-output.ts'
export type { HandledPorts, HandledRun, HandleOutputsOptions, OutputHandlers } from './run/handle-outputs.ts'
export { handleOutputs } from './run/handle-outputs.ts'
export type { OldEvent, ReplayRunOptions } from './run/replay-run.ts'
export { replayRun } from './run/replay-run.ts'
export type { History, RestoreOptions } from './run/restore-run.ts'
export { restoreRun } from './run/restore-run.ts'
export type { AnyRun, Run, RunOf } from './run/run.ts'
export type { CreateRunArguments, CreateRunOptions, ReplayOptions, RunOptions } from './run/run-options.ts'
export type { WaitedFor } from './run/wait-for.ts'
export { waitFor } from './run/wait-for.ts'
