// Waiting for a state of a run.

import type { RunEvent } from './machine.ts'
import { mustBe } from './quote.ts'
import type { Run } from './run.ts'
import { RunError } from './run-error.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * Resolves with the first snapshot that satisfies a predicate, the current one included (RFC Run v1 §6).
 *
 * @param run the run
 * @param predicate asked of the current snapshot, and after each change
 * @param options `signal` gives up waiting
 * @returns the snapshot
 * @throws {TypeError} where the predicate is not a function
 * @throws {RunError} where the run ends first: its fatal error, or `RUN_DONE`
 * @throws what the predicate throws, and the signal's reason
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
export async function waitFor<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  predicate: (snapshot: Snapshot<State>) => boolean,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Snapshot<State>> {
  if (typeof predicate !== 'function') throw new TypeError(mustBe('the predicate', predicate, 'a function'))
  const { snapshot } = run
  signal?.throwIfAborted()
  let stop: (() => void) | undefined
  let abort: (() => void) | undefined
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
      abort = () => reject(signal?.reason)
      signal?.addEventListener('abort', abort)
      stop = snapshot.subscribe(look)
      look()
    })
  } finally {
    stop?.()
    if (abort !== undefined) signal?.removeEventListener('abort', abort)
  }
}

function doneFirst<State, Event extends RunEvent, Output, Input>(run: Run<State, Event, Output, Input>): RunError {
  const { machine, snapshot } = run
  const { sequence } = snapshot.current
  const message = `${machine.name}@${machine.version} was done at sequence ${sequence} before waitFor saw what it waits for`
  return new RunError('RUN_DONE', message, { sequence, run: () => run.id })
}
