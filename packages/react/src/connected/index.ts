// `@xmachines/react/connected`: runs at the other end of HTTP.

export { type UseConnectedRunOptions, type UseRemoteRunOptions, useConnectedRun } from './use-connected-run.ts'
export { type ConnectionStatus, useConnection } from './use-connection.ts'
