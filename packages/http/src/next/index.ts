// `@xmachines/http/next`: what an app on Next.js needs to serve runs. It imports nothing of Next.js.

export type { OnceOptions } from './once-per-process.ts'
export { oncePerProcess } from './once-per-process.ts'
export type { ReadRun } from './read-run.ts'
export { readRun } from './read-run.ts'
export type { RouteHandlers } from './route-handlers.ts'
export { routeHandlers } from './route-handlers.ts'
export { withXMachines } from './with-xmachines.ts'
export type { WroteRun } from './write-run.ts'
export { writeRun } from './write-run.ts'
