// The public names of @xmachines/inspector.

export { inspect, inspectInProduction } from './inspect.ts'
export type { Moment, NoMoment } from './observe/moments.ts'
export type {
  ObservedCommit,
  ObservedOutput,
  ObservedRun,
  OutputFate,
} from './observe/observed-run.ts'
export { observe } from './observe/observed-run.ts'
export type { OpenInspectorOptions, ShownInspector } from './open-inspector.ts'
export { openInspector } from './open-inspector.ts'
export type { ReduxDevToolsOptions } from './redux-dev-tools.ts'
export { connectReduxDevTools } from './redux-dev-tools.ts'
