// Replays a history from outside into a log: each record is checked, its oid verified, and its batch stepped (RFC Run v1
// §2.3, §7, §10).

import { describeValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { revalidate } from '../engine/admit.ts'
import { commit } from '../engine/commit.ts'
import { stepTwice } from '../engine/determinism.ts'
import { type Batch, chainOf, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { Refusal } from '../engine/refusal.ts'
import { startLog } from '../engine/start-log.ts'
import { step } from '../engine/step.ts'
import { appendDigest } from '../identity/chain.ts'
import { stateOid } from '../identity/genesis-objects.ts'
import { isHexOf } from '../identity/hex.ts'
import { type ObjectFormat, sha1 } from '../identity/object-format.ts'
import { type AnyMachine, labelOf } from '../machine/machine.ts'
import { type RunError, sharedMessage } from '../machine/run-error.ts'
import { broken, checkEnd, type EndOfDocument, emptyHistory, readBatch, readGenesis } from './read-records.ts'
import type { GenesisRecord } from './records.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Why a machine may replay a history otherwise than it was recorded. */
const CAUSES = 'its behaviour changed, or depends on a clock, a random number or a variable'

/** How records are replayed. */
export interface ReplayPlan {
  /** Picks the machine for a genesis. */
  readonly pick: (genesis: GenesisRecord) => AnyMachine
  /** The object format, if it is not SHA-1 with the portable hash. */
  readonly format?: ObjectFormat | undefined
  /** Whether the schema of events must give each event back unchanged. */
  readonly revalidate: boolean
  readonly checkDeterminism: boolean
}

/**
 * Replays records into a log.
 * @throws {RunError} `INVALID_HISTORY`, `HISTORY_MISMATCH` or `REPLAY_FAILED`, with the sequence of the record
 */
export function replay(records: Iterable<unknown>, plan: ReplayPlan): Log {
  let log: Log | undefined
  let parent = ''
  for (const record of records) {
    if (log === undefined) {
      const genesis = readGenesis(record)
      log = replayGenesis(genesis, plan)
      parent = genesis.oid
    } else parent = replayRecord(log, record, parent, plan)
  }
  if (log === undefined) throw emptyHistory()
  return log
}

/**
 * The log of a genesis record.
 * @param plan as for a replay; with `verify: false` its oids are not compared
 */
export function replayGenesis(
  genesis: GenesisRecord,
  {
    pick,
    format: given,
    verify = true,
    checkDeterminism,
  }: Pick<ReplayPlan, 'pick' | 'format' | 'checkDeterminism'> & { readonly verify?: boolean },
): Log {
  const machine = pick(genesis)
  const { createdAt, nonce, input, forkedFrom } = genesis
  // A given format goes first: it may hash faster.
  const format = [given, sha1].find((known) => known?.name === genesis.format)
  if (format === undefined) {
    throw new RangeError(
      `the history is in the object format ${genesis.format}: give { format: ${genesis.format} }, imported from ` +
        `@xmachines/core/${genesis.format}`,
    )
  }
  let log: Log
  try {
    log = startLog(machine, { format, createdAt, nonce, input, forkedFrom, initial: undefined }, { checkDeterminism })
  } catch (thrown) {
    // `initialState` throws nothing else.
    const { message } = thrown as RunError
    const shared = sharedMessage(thrown as RunError)
    throw broken('REPLAY_FAILED', 0, shared, { cause: thrown, threw: message.slice(shared.length + 1) || undefined })
  }
  if (verify) verifyGenesis(log, genesis)
  return log
}

/**
 * Replays the record of a batch after its parent.
 * @param parent the oid of the record before it
 * @returns the oid of the record
 */
export function replayRecord(
  log: Log,
  record: unknown,
  parent: string,
  plan: Pick<ReplayPlan, 'revalidate' | 'checkDeterminism'>,
): string {
  const sequence = sequenceOf(log) + 1
  const { oid, batch } = readBatch(record, sequence, parent)
  if (!isHexOf(oid, appendDigest(chainOf(log), batch))) {
    throw broken('HISTORY_MISMATCH', sequence, `the oid ${describeValue(oid)} is not the oid of its content`)
  }
  const { events } = log.machine
  if (plan.revalidate && events !== undefined) checkAccepted(log, sequence, revalidate(events, batch))
  replayBatch(log, batch, plan, sequence)
  return oid
}

function verifyGenesis(log: Log, genesis: GenesisRecord): void {
  const { genesis: oid, machine } = chainOf(log)
  if (genesis.machine.oid !== machine) {
    throw broken('HISTORY_MISMATCH', 0, `the machine's oid is ${describeValue(genesis.machine.oid)}, not ${machine}`)
  }
  if (genesis.oid !== oid) {
    throw broken(
      'HISTORY_MISMATCH',
      0,
      `the oid of the genesis is ${describeValue(genesis.oid)}, but its content gives ${oid}; ` +
        `it was changed, or the machine begins otherwise under the same version: ${CAUSES}`,
    )
  }
}

/**
 * Steps a batch and appends it.
 * @param sequence that of its record
 * @throws {RunError} `REPLAY_FAILED` if the machine refuses it
 */
export function replayBatch(
  log: Log,
  batch: Batch,
  { checkDeterminism }: Pick<ReplayPlan, 'checkDeterminism'>,
  sequence: number,
): void {
  const { machine, state, end } = log
  if (end !== undefined) checkAccepted(log, sequence, new Refusal('RUN_DONE', 'the run is done before it'))
  const stepped =
    checkDeterminism && (hasMode ? process.env.NODE_ENV !== 'production' : false)
      ? stepTwice(machine, state, batch)
      : step(machine, state, batch)
  if (stepped instanceof Refusal) checkAccepted(log, sequence, stepped)
  else commit(log, batch, stepped)
}

function checkAccepted(log: Log, sequence: number, refusal: Refusal | undefined): void {
  if (refusal === undefined) return
  const { code, message, more } = refusal
  const why =
    code === 'NONDETERMINISTIC'
      ? `is not deterministic: ${message}`
      : `no longer accepts it, because ${CAUSES} (${code}): ${message}`
  throw broken('REPLAY_FAILED', sequence, `${labelOf(log.machine)} ${why}`, more)
}

/**
 * Checks that a log that was replayed ends as the document says, in the same state.
 * @param trusted the oid at which it must end, if the caller knows it
 * @throws {RunError} `HISTORY_MISMATCH` or `REPLAY_FAILED` if it does not
 */
export function checkReplayed(log: Log, document: EndOfDocument | undefined, trusted?: string): void {
  const sequence = sequenceOf(log)
  const head = oidAt(log, sequence)
  if (trusted !== undefined && trusted !== head) {
    throw broken('HISTORY_MISMATCH', sequence, `it ends at ${head}, but the trusted head is ${describeValue(trusted)}`)
  }
  checkEnd(document, sequence, head)
  if (document === undefined || document.state === stateOid(log.origin.format, log.state)) return
  throw broken(
    'REPLAY_FAILED',
    sequence,
    `${labelOf(log.machine)} replays it to another state than the one that it was saved with: ${CAUSES}; behaviour that ` +
      'changes needs a new version (replayRun takes a history over to a changed machine)',
  )
}
