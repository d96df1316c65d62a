// Starts the log of a run at its genesis.

import type { Origin } from '../identity/chain.ts'
import type { AnyMachine } from '../machine/machine.ts'
import { complete } from './commit.ts'
import { initialState } from './initial-state.ts'
import { createLog, type Log } from './log.ts'

/**
 * The log of a run that has no batches yet, and the outputs of its genesis.
 * @param origin how it begins; its initial state is asked of the machine
 * @throws {RunError} if the machine cannot begin
 */
export function startLog(machine: AnyMachine, origin: Origin, options: Pick<Log, 'checkDeterminism'>): Log {
  const { state, outputs, done } = initialState(machine, origin.input, options)
  const log = createLog(machine, { ...origin, initial: state }, options)
  if (outputs !== undefined) log.outputs.items.push(...outputs)
  if (done) complete(log)
  return log
}
