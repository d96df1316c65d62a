// The public names of @xmachines/inspector.

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
