// Replays a history batch by batch, and shows each step: for tools that look at what a history does.

import { type Log, sequenceOf } from '../engine/log.ts'
import { type AnyMachine, pickMachine, type RunEvent } from '../machine/machine.ts'
import { emptyHistory, openHistory, readBatch, readGenesis } from './read-records.ts'
import type { GenesisRecord } from './records.ts'
import { checkReplayed, type ReplayPlan, replayBatch, replayGenesis, replayRecord } from './replay.ts'

/** One step of a replay: the genesis, with sequence 0, or a batch. */
export interface ReplayedStep {
  readonly sequence: number
  /** The oid that its record says it has. */
  readonly oid: string
  readonly events: readonly RunEvent[]
  /** What the machine emitted in it. */
  readonly outputs: readonly unknown[]
  /** The state after it. */
  readonly state: unknown
  readonly status: 'active' | 'done'
}

/** How a history is replayed. */
export interface ReplayStepsOptions extends Pick<ReplayPlan, 'format' | 'checkDeterminism'> {
  /**
   * Whether the machine must have the version of the history, and every oid is compared. Without it the machine may be a
   * changed one.
   */
  readonly verify: boolean
}

/**
 * The steps of a history on a machine, as far as it replays.
 * @param machines the machines to pick from; a changed one is picked by its name
 * @param history a document, or records
 * @throws {RunError} as `restoreRun` does, after the steps before the record at which the history broke
 */
export function* replaySteps(
  machines: readonly AnyMachine[],
  history: unknown,
  { verify, format, checkDeterminism }: ReplayStepsOptions,
): Generator<ReplayedStep, void, undefined> {
  const { records, document } = openHistory(history)
  const pick = ({ machine }: GenesisRecord): AnyMachine =>
    pickMachine(machines, verify ? machine : namesake(machines, machine))
  const plan = { pick, format, checkDeterminism, verify, revalidate: false }
  let log: Log | undefined
  let parent = ''
  for (const record of records) {
    let events: readonly RunEvent[] = []
    const outputsBefore = log?.outputs.items.length ?? 0
    if (log === undefined) {
      const genesis = readGenesis(record)
      log = replayGenesis(genesis, plan)
      parent = genesis.oid
    } else {
      const sequence = sequenceOf(log) + 1
      const { oid, batch } = readBatch(record, sequence, undefined)
      if (verify) parent = replayRecord(log, record, parent, plan)
      else {
        replayBatch(log, batch, plan, sequence)
        parent = oid
      }
      events = (Array.isArray(batch) ? batch : [batch]) as readonly RunEvent[]
    }
    yield {
      sequence: sequenceOf(log),
      oid: parent,
      events,
      outputs: log.outputs.items.slice(outputsBefore),
      state: log.state,
      status: log.status === 'done' ? 'done' : 'active',
    }
  }
  if (log === undefined) throw emptyHistory()
  if (verify) checkReplayed(log, document)
}

/** The machine of this name, in the version of the history if it is there. */
function namesake(
  machines: readonly AnyMachine[],
  wanted: GenesisRecord['machine'],
): { name: string; version: string } {
  const named = machines.filter(({ name }) => name === wanted.name)
  return named.find(({ version }) => version === wanted.version) ?? named[0] ?? wanted
}
