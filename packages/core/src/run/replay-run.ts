// Replays a history on a machine that has changed.

import { wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { admitEvents } from '../engine/admit.ts'
import { type Batch, eventsOf, type Log } from '../engine/log.ts'
import { Refusal } from '../engine/refusal.ts'
import { step } from '../engine/step.ts'
import { broken, emptyHistory, openHistory, readBatch, readGenesis } from '../history/read-records.ts'
import { replayBatch, replayGenesis } from '../history/replay.ts'
import { type AnyMachine, checkMachine, type Machine, type RunEvent } from '../machine/machine.ts'
import type { History } from './restore-run.ts'
import type { Run } from './run.ts'
import { runOf } from './run-object.ts'
import { planOf, type ReplayOptions } from './run-options.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** An event of an earlier machine. */
export type OldEvent = RunEvent & Readonly<Record<string, unknown>>

/** How the events of an earlier machine become those of a changed one. */
export interface ReplayRunOptions<Event extends RunEvent> extends ReplayOptions {
  /**
   * The new type of each old one, as own members; or a pure function that gives the new event, or `undefined` to leave it
   * out.
   */
  readonly rename?: Readonly<Record<string, Event['type']>> | ((event: OldEvent, sequence: number) => Event | undefined)
  /**
   * Called with each event, renamed, whose type the machine does not name, or which it refuses as one that nothing
   * handles. If this is given, such an event is left out. Otherwise it stays in the history if the machine takes it.
   */
  readonly onUnhandled?: (event: OldEvent, sequence: number) => void
}

/**
 * Replays a history on a machine that has changed: the same input, nonce and batches on the new definition. Oids are not
 * compared. Its id differs if its genesis does. Its `out` and `err` begin after what was replayed. `rename` maps old
 * events to new ones, and `onUnhandled` gets those that no longer count. A batch of which no event is left is left out.
 *
 * @param machine the changed machine
 * @param history as for `restoreRun`
 * @param options `rename` and `onUnhandled`; the object format, if it is not SHA-1
 * @returns a new run
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RunError} `INVALID_HISTORY` or `REPLAY_FAILED`, with the sequence at which the history broke
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, replayRun } from '@xmachines/core'
 *
 * const counting = (by: number) =>
 *   defineMachine<number, { type: 'INC' }>({
 *     name: 'counter',
 *     version: '1',
 *     initial: 0,
 *     on: { INC: (count) => count + by },
 *   })
 * const run = createRun(counting(1))
 * run.in.send([{ type: 'INC' }, { type: 'INC' }])
 * console.log(replayRun(counting(10), run.toJSON()).state) // 20
 *
 * const adding = defineMachine<number, { type: 'ADD' }>({
 *   name: 'counter',
 *   version: '2',
 *   initial: 0,
 *   on: { ADD: (count) => count + 1 },
 * })
 * console.log(replayRun(adding, run.toJSON(), { rename: { INC: 'ADD' } }).state) // 2
 * ```
 */
export function replayRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  history: History,
  options: ReplayRunOptions<NoInfer<Event>> = {},
): Run<State, Event, Output, Input> {
  checkMachine(machine)
  const { rename, onUnhandled } = options
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkMapping(rename, onUnhandled)
  const plan = { ...planOf(options), pick: (): AnyMachine => machine, verify: false }
  let log: Log | undefined
  let sequence = 0
  for (const record of openHistory(history).records) {
    if (log === undefined) {
      log = replayGenesis(readGenesis(record), plan)
      continue
    }
    let { batch } = readBatch(record, ++sequence, undefined)
    if (rename !== undefined) batch = renamed(batch, rename, sequence)
    if (onUnhandled !== undefined) batch = handled(log, batch, (event) => onUnhandled(event, sequence))
    if (!Array.isArray(batch) || batch.length > 0) replayBatch(log, batch, plan, sequence)
  }
  if (log === undefined) throw emptyHistory()
  return runOf(machine, log)
}

/** Events are plain objects. */
function oldEventsOf(batch: Batch): readonly OldEvent[] {
  return eventsOf(batch) as readonly OldEvent[]
}

function renamed(batch: Batch, rename: NonNullable<ReplayRunOptions<RunEvent>['rename']>, sequence: number): Batch {
  const given = oldEventsOf(batch)
    .map((event) => {
      if (typeof rename === 'function') return rename(event, sequence)
      return Object.hasOwn(rename, event.type) ? { ...event, type: rename[event.type] } : event
    })
    .filter((event) => event !== undefined)
  const admitted = admitEvents(given)
  if (admitted instanceof Refusal) throw broken('REPLAY_FAILED', sequence, `rename gave no event: ${admitted.message}`)
  return admitted
}

/** The events of a batch that a machine handles. */
function handled({ machine, state: before }: Log, batch: Batch, onUnhandled: (event: OldEvent) => void): Batch {
  const { arrows } = machine.graph
  let state = before
  const left = oldEventsOf(batch).filter((event) => {
    // A machine without tables takes any event.
    let isHandled = arrows.length === 0 || arrows.some((arrow) => arrow.event === event.type)
    if (isHandled) {
      const stepped = step(machine, state, event)
      if (!(stepped instanceof Refusal)) ({ state } = stepped)
      // Any other refusal fails the replay.
      else isHandled = stepped.code !== 'UNHANDLED'
    }
    if (!isHandled) onUnhandled(event)
    return isHandled
  })
  return left.length === 1 ? (left[0] as RunEvent) : Object.freeze(left)
}

function checkMapping(rename: unknown, onUnhandled: unknown): void {
  if (rename !== undefined && typeof rename !== 'function' && (typeof rename !== 'object' || rename === null)) {
    throw new TypeError(wrongValue('rename', rename, 'an object of new types by old ones, or a function'))
  }
  if (onUnhandled !== undefined && typeof onUnhandled !== 'function') {
    throw new TypeError(wrongValue('onUnhandled', onUnhandled, 'a function'))
  }
}
