// The public names of @xmachines/http: the client, for browsers, Node and workers.

export {
  type ConnectedList,
  type ConnectListOptions,
  connectList,
  type FetchListOptions,
  fetchList,
  type ListedRuns,
  type ListOptions,
} from './client/connect-list.ts'
export { type ConnectRemoteOptions, type ConnectRunOptions, connectRun } from './client/connect-run.ts'
export type { Connected, ConnectedRun, LaterHistory, RemoteRun } from './client/connected-run.ts'
export type { ConnectionState } from './client/connection.ts'
export { ConnectionError, type ConnectionErrorDetails } from './client/connection-error.ts'
export { type FetchRemoteOptions, type FetchRunOptions, fetchRun } from './client/fetch-run.ts'
export { type KeepPending, type PendingStore, pendingIn } from './client/kept-batches.ts'
export type { MachineLabel } from './client/remote-run.ts'
export type { RequestOptions } from './client/requests.ts'
export type { HttpCode, Problem, ProblemCode } from './wire/problem.ts'
export type { RunEntry, RunPage } from './wire/run-entry.ts'
export type { WireSnapshot } from './wire/snapshot.ts'
