// `@xmachines/core/testing`: tests from machines and from their runs. It needs no test framework.

export type { EventCommand, EventCommands } from './commands-of.ts'
export { commandsOf } from './commands-of.ts'
export type { Coverage, CoveredArrow, CoveredState } from './coverage-of.ts'
export { coverageOf } from './coverage-of.ts'
export type { MachinePath, PathsOptions } from './paths-of.ts'
export { pathsOf } from './paths-of.ts'
export type { TestOptions } from './test-of.ts'
export { testOf } from './test-of.ts'
