// `@xmachines/http/server`: the host and the handler, on web standards alone.

export type { Origins } from './handler/cors.ts'
export { createHandler, type Handler, type HandlerOptions, type Wanted } from './handler/create-handler.ts'
export type { Limits } from './handler/limits.ts'
export type { Action, WantedEvents } from './handler/operation.ts'
export { type HeldRun, type Host, type HostOptions, openHost } from './host/host.ts'
export { HostError, type HostErrorDetails } from './host/host-error.ts'
export { type HostedMachine, type HostedOptions, hosted } from './host/hosted-machine.ts'
export type { NewRun, TakenRun } from './host/new-runs.ts'
export type { WriteOptions, Written } from './host/write-batch.ts'
export type { HttpCode, Problem, ProblemCode } from './wire/problem.ts'
export type { WireSnapshot } from './wire/snapshot.ts'
