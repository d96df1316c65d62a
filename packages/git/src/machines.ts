// Machines as arguments, and their names as a repository has them.

import type { AnyMachine } from '@xmachines/core'
import { NAME, VERSION } from './core-internals.ts'

export type { AnyMachine } from '@xmachines/core'
export type { MachineName } from './core-internals.ts'
export { pickMachine } from './core-internals.ts'

/** One machine or several, as a list. */
export function machineList(given: AnyMachine | readonly AnyMachine[]): readonly AnyMachine[] {
  return [given].flat()
}

/** Whether a machine may have this name and version. What comes from a repository may have others. */
export function isMachineName(name: string, version: string): boolean {
  return NAME.test(name) && VERSION.test(version)
}
