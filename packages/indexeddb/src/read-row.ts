// Reads rows that may be damaged: whatever runs on the same origin can write into the database.

import { type Head, StoreError } from '@xmachines/core/store'
import type { RunRow, Tables } from './database.ts'

/** Stands for an id that is no text. */
const NO_ID = 'not an id'

/**
 * The row of a run.
 * @throws {StoreError} `CORRUPT` if it is damaged
 */
export function readRun(id: string, row: RunRow | undefined): RunRow | undefined {
  if (row !== undefined && !isRun(row)) throw damaged(id, 'its row in the table `runs` is not one of this package')
  return row
}

/** Whether a row of the table of runs is whole. */
export function isRun(row: RunRow | undefined): row is RunRow {
  const { id, head, sequence, successor, machine, position, lease, receipts, completeAfter }: Partial<RunRow> =
    row ?? {}
  return (
    [id, head, machine?.name, machine?.version].every((text) => typeof text === 'string') &&
    [sequence, position, completeAfter, lease?.ttl, lease?.beat, lease?.settled].every(Number.isInteger) &&
    [receipts?.key, receipts?.answer].every(Number.isInteger) &&
    [successor, lease?.owner].every((text) => ['string', 'undefined'].includes(typeof text))
  )
}

/** Where a run ends. */
export function endOf({ head, sequence, successor }: RunRow): Head {
  return { head, sequence, ...(successor !== undefined && { successor }) }
}

/** The run that has a name. What is no text becomes the id of no run, so that it can be replaced. */
export function nameIn(row: Tables['names']['value'] | undefined): string | undefined {
  return row && (typeof row.id === 'string' ? row.id : NO_ID)
}

/** The error for a run that cannot be read. */
export function damaged(id: string, why: string): StoreError {
  return new StoreError('CORRUPT', `the run ${id} is damaged in the database: ${why}; restore it from a copy`)
}
