// Creates a run.

import { hasMode } from '../data/mode.ts'
import { copyArgument } from '../data/plain-data.ts'
import { startLog } from '../engine/start-log.ts'
import { sha1 } from '../identity/object-format.ts'
import { checkMachine, type Machine, type RunEvent } from '../machine/machine.ts'
import type { Run } from './run.ts'
import { runOf } from './run-object.ts'
import { type CreateRunArguments, checkCreatedAt, checkFormat, checkNonce } from './run-options.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Forks a run from a machine (RFC Run v1 §3.1): its initial state, no events. What `initial` emits is delivered by `out`.
 *
 * @param machine made by `defineMachine`
 * @param options `input` if the machine takes one, and what makes ids repeatable
 * @returns the run; it holds no timers, sockets or handles, and needs no disposal
 * @throws {TypeError} if an argument has the wrong type, or `input` is not plain data
 * @throws {RangeError} if `createdAt` or `nonce` is out of its range
 * @throws {RunError} if the machine's `initial` throws, or makes what is not plain data
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 *
 * const counter = defineMachine<{ count: number }, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: { count: 0 },
 *   on: { INC: ({ count }) => ({ count: count + 1 }) },
 * })
 * const run = createRun(counter, { createdAt: 1_700_000_000, nonce: new Uint8Array(16) })
 * const writer = run.in.getWriter()
 * await writer.write([{ type: 'INC' }, { type: 'INC' }])
 * console.log(run.state) // {"count":2}
 * console.log(run.id.length) // 40
 * ```
 */
export function createRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  ...[options]: CreateRunArguments<NoInfer<Input>>
): Run<State, Event, Output, Input> {
  checkMachine(machine)
  const {
    input,
    createdAt,
    nonce,
    format = sha1,
    checkDeterminism = hasMode ? process.env.NODE_ENV !== 'production' : false,
  } = options ?? {}
  const origin = {
    format: checkFormat(format),
    createdAt: checkCreatedAt(createdAt),
    nonce: checkNonce(nonce),
    input: input === undefined ? undefined : copyArgument(input, 'input'),
    initial: undefined,
  }
  return runOf(machine, startLog(machine, origin, { checkDeterminism }), 0)
}
