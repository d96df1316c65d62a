// Waits for a state of a run.

import { wrongValue } from '../data/describe-value.ts'
import { labelOf } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import type { SnapshotPort } from '../ports/snapshot-port.ts'
import { checkVersion } from './run.ts'

/** What `waitFor` needs from a run. */
export interface WaitedFor<State> {
  readonly id: string
  readonly machine: { readonly name: string; readonly version: string }
  readonly error: RunError | undefined
  readonly snapshot: Pick<SnapshotPort<State>, 'current' | 'subscribe'>
}

/**
 * Resolves with the first snapshot that satisfies a predicate, the current one included (RFC Run v1 §6).
 *
 * @param run the run
 * @param predicate is called with the current snapshot, and after each change
 * @param options `signal` gives up waiting
 * @returns the snapshot
 * @throws {TypeError} if the predicate is not a function, or another version of core made the run
 * @throws {RunError} if the run ends first: its fatal error, or `RUN_DONE`
 * @throws what the predicate throws, or the signal's reason
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, waitFor } from '@xmachines/core'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const run = createRun(counter)
 * const two = waitFor(run, (snapshot) => snapshot.state === 2)
 * run.in.send([{ type: 'INC' }, { type: 'INC' }])
 * console.log((await two).sequence) // 1
 * ```
 */
export async function waitFor<State>(
  run: WaitedFor<State>,
  predicate: (snapshot: Snapshot<State>) => boolean,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Snapshot<State>> {
  if (typeof predicate !== 'function') throw new TypeError(wrongValue('the predicate', predicate, 'a function'))
  checkVersion(run)
  const { snapshot } = run
  if (signal?.aborted === true) throw reasonOf(signal)
  let stop: (() => void) | undefined
  let abort = (): void => undefined
  try {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const { current } = snapshot
        try {
          if (predicate(current)) resolve(current)
          else if (current.status !== 'active') reject(run.error ?? doneFirst(run))
        } catch (thrown) {
          reject(thrown)
        }
      }
      abort = () => reject(reasonOf(signal as AbortSignal))
      signal?.addEventListener('abort', abort)
      stop = snapshot.subscribe(look)
      look()
    })
  } finally {
    stop?.()
    signal?.removeEventListener('abort', abort)
  }
}

/** Why a signal aborted. React Native's signals have no reason. */
function reasonOf(signal: AbortSignal): unknown {
  return 'reason' in signal ? signal.reason : new Error('the signal aborted the wait')
}

function doneFirst<State>({ id, machine, snapshot }: WaitedFor<State>): RunError {
  const { sequence } = snapshot.current
  const message = `${labelOf(machine)} was done at sequence ${sequence} before the predicate held`
  return new RunError('RUN_DONE', message, { sequence, run: () => id })
}
