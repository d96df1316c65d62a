// Forks a run from another run.

import { wrongValue } from '../data/describe-value.ts'
import { complete } from '../engine/commit.ts'
import { itemAt } from '../engine/kept.ts'
import { type Batch, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { startLog } from '../engine/start-log.ts'
import { recordAt } from '../history/records.ts'
import { replayBatch } from '../history/replay.ts'
import type { RunEvent } from '../machine/machine.ts'
import { internalsOf, type Run } from './run.ts'
import { runOf } from './run-object.ts'
import { checkCreatedAt, checkNonce, type RunOptions } from './run-options.ts'

/**
 * Forks a run from another run: a new run of the same machine, with the same input and batches up to a sequence, and an id
 * of its own. Its genesis says where it is from (`forkedFrom`). The run that it is forked from does not change, and may
 * have ended. `out` and `err` of the fork begin after what was copied, so no old output fires again.
 *
 * @param run the run
 * @param sequence how many of its batches the fork begins with: from 0 to all
 * @param options `nonce` and `createdAt` make the id repeatable
 * @returns the fork
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RangeError} if the run has no such sequence, or has dropped the batches up to there; if `createdAt` or `nonce`
 *   is out of its range
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, forkRun } from '@xmachines/core'
 *
 * const counter = defineMachine<number, { type: 'ADD'; by: number }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { ADD: (count, { by }) => count + by },
 * })
 * const run = createRun(counter)
 * run.in.send({ type: 'ADD', by: 1 })
 * const head = run.head
 * run.in.send({ type: 'ADD', by: 10 })
 *
 * const fork = forkRun(run, 1)
 * fork.in.send({ type: 'ADD', by: 5 })
 * console.log(run.state, fork.state) // 11 6
 * console.log(fork.id === run.id, fork.genesis.forkedFrom === head) // false true
 * ```
 */
export function forkRun<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  sequence: number,
  { nonce, createdAt }: Pick<RunOptions, 'nonce' | 'createdAt'> = {},
): Run<State, Event, Output, Input> {
  const { log } = internalsOf(run)
  checkSequence(log, sequence)
  const { machine, origin, batches } = log
  const { checkDeterminism } = log
  const fork = startLog(
    machine,
    {
      ...origin,
      createdAt: checkCreatedAt(createdAt),
      nonce: checkNonce(nonce),
      forkedFrom: oidAt(log, sequence),
    },
    { checkDeterminism },
  )
  if (sequence > 0 && sequence === sequenceOf(log)) copyAll(log, fork)
  else {
    // These batches were checked when they were committed.
    for (let at = 0; at < sequence; at++) {
      replayBatch(fork, itemAt(batches, at) as Batch, { checkDeterminism: false }, at + 1)
    }
  }
  return runOf(run.machine, fork)
}

/** At the head nothing is stepped again, and the states are one. */
function copyAll({ batches, outputs, state, status }: Log, fork: Log): void {
  fork.batches.items = [...batches.items]
  fork.outputs.items = [...outputs.items]
  fork.outputs.dropped = outputs.dropped
  fork.state = state
  fork.version++
  // A fatal error is not history, so the fork of a run that failed is active.
  if (status === 'done') complete(fork)
}

function checkSequence(log: Log, sequence: unknown): void {
  if (typeof sequence !== 'number') throw new TypeError(wrongValue('the sequence', sequence, 'a number'))
  const head = sequenceOf(log)
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > head) {
    throw new RangeError(wrongValue('the sequence', sequence, `a sequence of the run, from 0 to ${head}`))
  }
  // Throws if the first batch was dropped.
  if (sequence > 0) recordAt(log, 1)
}
