// Machines as arguments: one of any type, or several among which the right one is picked.

import { type Machine, RunError, type RunEvent } from '@xmachines/core'

/** A machine of any type. */
export type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** The identity of a machine. */
export interface MachineName {
  readonly name: string
  readonly version: string
}

/** One machine or several, as a list. */
export function machineList(given: AnyMachine | readonly AnyMachine[]): readonly AnyMachine[] {
  return [given].flat()
}

/**
 * The machine with a name and a version.
 * @throws {RunError} `MACHINE_MISMATCH` if it was not given
 */
export function pickMachine(given: AnyMachine | readonly AnyMachine[], { name, version }: MachineName): AnyMachine {
  const machines = machineList(given)
  const machine = machines.find((one) => one.name === name && one.version === version)
  if (machine !== undefined) return machine
  const names = machines.map((one) => `${one.name}@${one.version}`).join(', ')
  throw new RunError(
    'MACHINE_MISMATCH',
    `the run needs the machine ${name}@${version}; the machines given are ${names || 'none'}`,
  )
}

/** Whether a name and a version are allowed for a machine. What comes from a repository may not be. */
export function isMachineName(name: string, version: string): boolean {
  return (
    name.length <= 100 &&
    version.length <= 100 &&
    /^[a-z][a-z0-9-]*$/.test(name) &&
    /^[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$/.test(version) &&
    !version.endsWith('.lock')
  )
}
