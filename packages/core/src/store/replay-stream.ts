// Replays a run from a store, without holding the thread for long.

import { type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { readGenesis } from '../history/read-records.ts'
import { type ReplayPlan, replayGenesis, replayRecord } from '../history/replay.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import { type AnyMachine, pickMachine } from '../machine/machine.ts'
import { isGenesis } from './is-genesis.ts'
import type { StoredRecord } from './run-store.ts'
import { StoreError } from './store-error.ts'

/** How a run is replayed. */
export interface ReplayStreamOptions {
  readonly machines: readonly AnyMachine[]
  readonly format: ObjectFormat | undefined
  readonly checkDeterminism: boolean
}

/** Milliseconds after which other work gets its turn. */
const SLICE = 8

/**
 * Replays records into a log, and verifies each oid.
 * @throws {RunError} as `restoreRun`
 * @throws {StoreError} `CORRUPT` if the first record is not a genesis
 */
export async function replayStream(
  records: ReadableStream<StoredRecord>,
  { machines, format, checkDeterminism }: ReplayStreamOptions,
): Promise<Log> {
  const reader = records.getReader()
  try {
    const first = await reader.read()
    if (first.done || !isGenesis(first.value)) {
      throw new StoreError('CORRUPT', 'the store has a run that does not begin with a genesis; restore it from a copy')
    }
    const genesis = readGenesis(first.value)
    const plan = { format, checkDeterminism, revalidate: false }
    const log = replayGenesis(genesis, { ...plan, pick: ({ machine }) => pickMachine(machines, machine) })
    await replayRest(log, reader, plan)
    return log
  } finally {
    await reader.cancel()
  }
}

/**
 * Replays the records that follow a log into it, and verifies each oid.
 * @throws {RunError} as `restoreRun`
 */
export async function replayOnto(
  log: Log,
  records: ReadableStream<StoredRecord>,
  { checkDeterminism }: Pick<ReplayStreamOptions, 'checkDeterminism'>,
): Promise<void> {
  const reader = records.getReader()
  try {
    await replayRest(log, reader, { checkDeterminism, revalidate: false })
  } finally {
    await reader.cancel()
  }
}

async function replayRest(
  log: Log,
  reader: ReadableStreamDefaultReader<StoredRecord>,
  plan: Pick<ReplayPlan, 'checkDeterminism' | 'revalidate'>,
): Promise<void> {
  let parent = oidAt(log, sequenceOf(log))
  let begun = performance.now()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parent = replayRecord(log, read.value, parent, plan)
    if (performance.now() - begun < SLICE) continue
    await new Promise((resolve) => setTimeout(resolve))
    begun = performance.now()
  }
}
