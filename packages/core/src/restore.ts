// Histories from outside: each record checked, replayed, and its oid verified on the way (RFC Run v1 §2.3, §7, §10).

import { revalidate } from './admit.ts'
import { stateOid } from './commit.ts'
import { checkDeterminism, firstDifference } from './determinism.ts'
import { commit } from './engine.ts'
import type { GenesisRecord, HistoryRecord, RunDocument } from './history.ts'
import { appendDigest, oidAt, oidsOf } from './identity.ts'
import { type Log, sequenceOf } from './log.ts'
import { checkMachine, type Machine, type RunEvent } from './machine.ts'
import { isHexOf, type ObjectFormat, sha1 } from './oid.ts'
import { mustBe, quote } from './quote.ts'
import { broken, checkEnd, type EndOfDocument, openHistory, readBatch, readGenesis } from './read-history.ts'
import { Run, startLog } from './run.ts'
import { RunError } from './run-error.ts'
import { checkFormat } from './run-options.ts'
import { type AnyMachine, type Batch, Refusal, step } from './step.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** A history, as `run.toJSON()` gives it, or record by record. */
export type History<Event = RunEvent> = RunDocument<Event> | Iterable<HistoryRecord<Event>>

/** How a history is replayed. */
export interface ReplayOptions {
  /** The object format of histories that are not SHA-1: `sha256` of `@xmachines/core/sha256`. */
  readonly format?: ObjectFormat
  /** As with `createRun`, and of what is replayed too. */
  readonly checkDeterminism?: boolean
}

/** How far a history is trusted. */
export interface RestoreOptions extends ReplayOptions {
  /** The oid at which the history must end. Oids alone prove consistency, not origin. */
  readonly head?: string
  /** Asks the schema of `events` to return each event unchanged, for histories from outside. */
  readonly revalidate?: boolean
}

/**
 * Restores a run from its history, every oid verified: a run of the same id and head (RFC Run v1 §2.3). Its `out` and
 * `err` begin behind what was replayed, so that no old output fires again. A fatal error is not history, so a run that
 * failed is restored active.
 *
 * @param machine the machine, or machines of which the one with the history's name and version is picked
 * @param history what `run.toJSON()` gives, parsed where it was text, or any iterable of history records
 * @param options the `head` that is trusted, and whether the schema is asked again
 * @returns the run
 * @throws {TypeError} where an argument has the wrong type
 * @throws {RangeError} where the history's object format was not given
 * @throws {RunError} `INVALID_HISTORY`, `HISTORY_MISMATCH`, `MACHINE_MISMATCH` or `REPLAY_FAILED`, with the sequence at
 *   which the history broke
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, restoreRun } from '@xmachines/core'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const run = createRun(counter)
 * run.in.send([{ type: 'INC' }, { type: 'INC' }])
 * const file = JSON.stringify(run)
 *
 * const restored = restoreRun(counter, JSON.parse(file))
 * console.log(restored.id === run.id, restored.head === run.head) // true true
 * console.log(restored.snapshot.current.state) // 2
 * ```
 */
export function restoreRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input> | readonly Machine<State, Event, Output, Input>[],
  history: History<NoInfer<Event>>,
  options?: RestoreOptions,
): Run<State, Event, Output, Input>
export function restoreRun<const Machines extends readonly AnyMachine[]>(
  machines: Machines,
  history: History,
  options?: RestoreOptions,
): RunOf<Machines[number]>
export function restoreRun(
  machine: AnyMachine | readonly AnyMachine[],
  history: History,
  options: RestoreOptions = {},
): Run<unknown, RunEvent, unknown, unknown> {
  const machines: readonly AnyMachine[] = Array.isArray(machine) ? machine : [machine]
  for (const one of machines) checkMachine(one)
  if (options.head !== undefined && typeof options.head !== 'string') {
    throw new TypeError(mustBe('head', options.head, 'the oid at which the history must end'))
  }
  const { records, document } = openHistory(history)
  const pick = ({ machine: { name, version } }: GenesisRecord): AnyMachine => {
    const found = machines.find((one) => one.name === name && one.version === version)
    if (found !== undefined) return found
    const given = machines.map((one) => `${one.name}@${one.version}`).join(', ')
    const why = `the run is of ${name}@${version}, and the machines given are ${given || 'none'}`
    throw new RunError('MACHINE_MISMATCH', why, { sequence: 0 })
  }
  const { run, log } = replay(records, pick, options, true)
  checkEndOf(log, document, options.head)
  return run()
}

/** The run of a machine; of several machines, the runs that it can be. */
export type RunOf<AMachine> =
  AMachine extends Machine<infer State, infer Event, infer Output, infer Input>
    ? Run<State, Event, Output, Input>
    : never

/**
 * Replays a history on a machine that has changed: the same input, nonce and batches on the new definition, oids not
 * compared. Its id differs where its genesis does; its `out` and `err` begin behind what was replayed.
 *
 * @param machine the changed machine
 * @param history as for `restoreRun`
 * @param options the object format, where it is not SHA-1
 * @returns a new run
 * @throws {TypeError} where an argument has the wrong type
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
 * console.log(replayRun(counting(10), run.toJSON()).snapshot.current.state) // 20
 * ```
 */
export function replayRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  history: History,
  options: ReplayOptions = {},
): Run<State, Event, Output, Input> {
  checkMachine(machine)
  return replay(openHistory(history).records, () => machine, options, false).run()
}

interface Replayed<State, Event extends RunEvent, Output, Input> {
  readonly log: Log
  /** Made when all is known to be well. */
  readonly run: () => Run<State, Event, Output, Input>
}

function replay<State, Event extends RunEvent, Output, Input>(
  records: Iterable<unknown>,
  pick: (genesis: GenesisRecord) => Machine<State, Event, Output, Input>,
  options: RestoreOptions,
  verify: boolean,
): Replayed<State, Event, Output, Input> {
  const { checkDeterminism: twice = process.env.NODE_ENV !== 'production', revalidate: again = false } = options
  let log: Log | undefined
  let machine: Machine<State, Event, Output, Input> | undefined
  let parent = ''
  for (const record of records) {
    if (log === undefined) {
      const genesis = readGenesis(record)
      machine = pick(genesis)
      log = replayGenesis(machine, genesis, options.format, twice)
      if (verify) verifyGenesis(log, genesis)
      parent = genesis.oid
      continue
    }
    parent = replayRecord(log, record, parent, verify, again, twice)
  }
  if (log === undefined || machine === undefined)
    throw broken('INVALID_HISTORY', 0, 'it is empty; it begins with a genesis record')
  const [made, replayed] = [machine, log]
  return { log, run: () => new Run(made, replayed) }
}

/** Replays the record of a batch behind its parent; answers with its oid. */
export function replayRecord(
  log: Log,
  record: unknown,
  parent: string,
  verify: boolean,
  again: boolean,
  twice: boolean,
): string {
  const sequence = sequenceOf(log) + 1
  const { oid, batch } = readBatch(record, sequence, parent, verify)
  if (verify && !isHexOf(oid, appendDigest(log, batch))) {
    throw broken('HISTORY_MISMATCH', sequence, `the oid ${quote(oid)} is not that of its content`)
  }
  if (again) replayFailed(log, revalidateBatch(log, batch))
  replayBatch(log, batch, twice)
  return oid
}

/** The log of a genesis record, on the machine that was picked for it. */
export function replayGenesis(
  machine: AnyMachine,
  genesis: GenesisRecord,
  given: ObjectFormat | undefined,
  twice: boolean,
): Log {
  const { createdAt, nonce, input } = genesis
  if (given !== undefined) checkFormat(given)
  // One that was given goes first: it may hash faster.
  const format = [given, sha1].find((known) => known?.name === genesis.format)
  if (format === undefined) {
    throw new RangeError(
      `the history is in the object format ${genesis.format}: give { format: ${genesis.format} }, imported from @xmachines/core/${genesis.format}`,
    )
  }
  try {
    return startLog(machine, { format, createdAt, nonce, input, initial: undefined }, twice)
  } catch (thrown) {
    throw broken('REPLAY_FAILED', 0, (thrown as Error).message, thrown)
  }
}

/** Refuses a genesis whose oids are not those of its log. */
export function verifyGenesis(log: Log, genesis: GenesisRecord): void {
  const { genesis: oid, machine } = oidsOf(log)
  if (genesis.machine.oid !== machine) {
    throw broken('HISTORY_MISMATCH', 0, `the machine's oid is ${quote(genesis.machine.oid)}, not ${machine}`)
  }
  if (genesis.oid !== oid) {
    throw broken(
      'HISTORY_MISMATCH',
      0,
      `the oid of the genesis is ${quote(genesis.oid)}, and its content gives ${oid}; ` +
        'either it was changed, or the machine has another initial state under the same version',
    )
  }
}

function replayBatch(log: Log, batch: Batch, twice: boolean): void {
  const { machine, state, end } = log
  if (end !== undefined) replayFailed(log, new Refusal('RUN_DONE', 'the run is done before it'))
  const stepped = step(machine, state, batch)
  const judged =
    (twice && process.env.NODE_ENV !== 'production' ? checkDeterminism(machine, state, batch, stepped) : undefined) ??
    stepped
  if (judged instanceof Refusal) replayFailed(log, judged)
  else commit(log, batch, judged)
}

function replayFailed(log: Log, refusal: Refusal | undefined): void {
  if (refusal === undefined) return
  const { code, message, cause } = refusal
  const { machine } = log
  throw broken(
    'REPLAY_FAILED',
    sequenceOf(log) + 1,
    `${machine.name}@${machine.version} no longer takes it: ${message} (${code})`,
    cause,
  )
}

function revalidateBatch({ machine: { events } }: Log, batch: Batch): Refusal | undefined {
  if (events === undefined) return undefined
  return revalidate(events, batch, (parsed, event) => firstDifference(parsed, event, '') === undefined)
}

function checkEndOf(log: Log, document: EndOfDocument | undefined, trusted: string | undefined): void {
  const sequence = sequenceOf(log)
  const head = oidAt(log, sequence)
  if (trusted !== undefined && trusted !== head) {
    throw broken('HISTORY_MISMATCH', sequence, `it ends at ${head}, and the head that is trusted is ${quote(trusted)}`)
  }
  checkEnd(document, sequence, head)
  if (document !== undefined && document.state !== stateOid(log.origin.format, log.state)) {
    throw broken(
      'REPLAY_FAILED',
      sequence,
      `${log.machine.name}@${log.machine.version} replays it to another state than the one it was saved with; ` +
        'behaviour that changes needs a new version (replayRun takes a history over to a changed machine)',
    )
  }
}
