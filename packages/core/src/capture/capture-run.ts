// Captures a run as a file to report a bug with: its history and the refusals that it keeps, with values replaced by rule.

import { commit } from '../engine/commit.ts'
import { readGenesis } from '../history/read-records.ts'
import { type BatchRecord, type HistoryRecord, type RunDocument, toDocument } from '../history/records.ts'
import { replayBatch, replayGenesis } from '../history/replay.ts'
import { drawNonce } from '../identity/chain.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import { type AnyMachine, checkMachine, type RunEvent } from '../machine/machine.ts'
import { type RunError, sharedMessage } from '../machine/run-error.ts'
import { checkVersion, internalsOf, type Run, runKey } from '../run/run.ts'
import { checkNonce } from '../run/run-options.ts'
import { type Redaction, type RedactRule, redactionOf } from './redaction.ts'

export type { RedactedPlace, RedactRule } from './redaction.ts'

/** A run as a file: what `restoreRun` takes, with the refusals that the run keeps. */
export interface CapturedRun<Event> extends RunDocument<Event> {
  /** What `toJSON()` of each refusal gives, oldest first. A redacted one says its code, place and events, and no text. */
  readonly refusals: readonly Readonly<Record<string, unknown>>[]
  /** Whether values were replaced. Then the id is another one, and no oid of the original is named. */
  readonly redacted: boolean
  /** Why the redacted history no longer replays, and from which sequence on. `state` is then empty. */
  readonly problem?: { readonly sequence: number; readonly message: string }
}

/** How a run is captured. */
export interface CaptureOptions {
  /** What is replaced: paths, schemas and functions, applied in order. Without it nothing is. */
  readonly redact?: readonly RedactRule[]
  /** 16 bytes that make the id of a redacted run repeatable; random by default. */
  readonly nonce?: Uint8Array
}

/**
 * Captures a run as a file for a bug report: its history, and the refusals that it keeps. With `redact` values are
 * replaced by rule. The redacted history gets an id of its own, from a fresh nonce, and names no oid of the original,
 * because whoever knows an oid can try values until it fits. If it replays, it is a run like any other; if it no longer
 * does, `problem` says from where on.
 *
 * @param run the run, or one that has its `machine` and `toJSON`
 * @param options what is replaced
 * @returns plain data, for `JSON.stringify`; `restoreRun` takes it
 * @throws {TypeError} if a rule is invalid, or does not return an event
 * @throws {RangeError} if a path names what cannot be there; if the run no longer holds all of its history
 * @throws {RunError} `REPLAY_FAILED` if the machine cannot begin with the redacted input
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, restoreRun } from '@xmachines/core'
 * import { captureRun } from '@xmachines/core/capture'
 *
 * type Typed = { type: 'TYPED'; text: string }
 *
 * const note = defineMachine<string, Typed>({
 *   name: 'note',
 *   version: '1',
 *   initial: '',
 *   on: { TYPED: (_note, { text }) => text },
 * })
 * const run = createRun(note)
 * run.in.send({ type: 'TYPED', text: 'Room 12, at 9' })
 * const captured = captureRun(run, { redact: ['events.TYPED.text'] })
 * console.log(restoreRun(note, captured).state) // xxxx 00, xx 0
 * console.log(captured.redacted, captured.head === run.head) // true false
 * ```
 */
export function captureRun<Event extends RunEvent>(
  run: Pick<Run<unknown, Event, unknown, unknown>, 'machine' | 'toJSON'>,
  { redact, nonce }: CaptureOptions = {},
): CapturedRun<Event> {
  checkVersion(run)
  checkMachine(run.machine)
  const document = run.toJSON<Event>()
  const log = runKey in run ? internalsOf(run).log : undefined
  const kept = log?.refusals.items ?? []
  if (redact === undefined) return { ...document, refusals: kept.map((error) => error.toJSON()), redacted: false }
  // The interface of a machine is the same whatever its types are.
  const machine = run.machine as unknown as AnyMachine
  const redaction = redactionOf(machine, redact)
  const replayed = replayRedacted(machine, redaction, document.records, {
    nonce: checkNonce(nonce) ?? drawNonce(),
    format: log?.origin.format,
  })
  const refusals = kept.map((error) => redactedRefusal(redaction, error))
  return { ...(replayed as RunDocument<Event>), refusals, redacted: true }
}

function replayRedacted(
  machine: AnyMachine,
  redaction: Redaction,
  records: readonly HistoryRecord<unknown>[],
  { nonce, format }: { readonly nonce: string; readonly format: ObjectFormat | undefined },
): RunDocument<unknown> & Pick<CapturedRun<unknown>, 'problem'> {
  const [first, ...others] = records
  // The commit that a run was forked from is an oid of the original, too.
  const { forkedFrom: _, ...genesis } = readGenesis(first)
  const input = genesis.input === undefined ? {} : { input: redaction.input(genesis.input) }
  const plan = { pick: () => machine, format, checkDeterminism: false, verify: false }
  const log = replayGenesis({ ...genesis, ...input, nonce }, plan)
  let problem: CapturedRun<unknown>['problem']
  for (const [before, record] of others.entries()) {
    const sequence = before + 1
    const events = redaction.events((record as BatchRecord<unknown>).events, { of: 'history', sequence })
    const batch = events.length === 1 ? (events[0] as RunEvent) : events
    if (problem === undefined) {
      try {
        replayBatch(log, batch, plan, sequence)
        continue
      } catch (thrown) {
        problem = { sequence, message: sharedMessage(thrown as RunError) }
      }
    }
    // The rest gets its oids, so that whoever reads it sees what was there.
    commit(log, batch, { state: log.state, outputs: undefined, done: false })
  }
  const document = toDocument(log)
  return problem === undefined ? document : { ...document, state: '', problem }
}

/** What a refusal says without its text, which may quote values. */
function redactedRefusal(redaction: Redaction, error: RunError): Readonly<Record<string, unknown>> {
  const { name, code, sequence, batch, index, fatal } = error.toJSON() as Partial<RunError>
  const events =
    batch === undefined ? {} : { batch: redaction.events(batch, { of: 'refusal', sequence: sequence ?? 0 }) }
  return { name, code, message: 'redacted', sequence, ...events, ...(index !== undefined && { index }), fatal }
}
