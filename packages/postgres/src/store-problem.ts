// What a driver throws, as an error of the store. The text of Postgres may quote values, so only its code is shown.

import { StoreError } from '@xmachines/core/store'

/** What to do about a code of Postgres, or a class of codes. */
const ADVICE: Readonly<Record<string, string>> = {
  '42P01': 'its tables are missing: call createTables(client) once, or run schema.sql',
  '3F000': 'its schema is missing: set the search_path of the connection to where the tables are',
  '42703': 'its tables are those of another version: call createTables(client) with this version of the package',
  '42501':
    'the user of the connection may not do this: grant it SELECT, INSERT, UPDATE and DELETE on the tables; to make them, it needs CREATE on their schema',
  '25006': 'it takes no writes: connect to the primary server',
  '25P02': 'an earlier statement of the transaction failed',
  '40001': 'another transaction was first: do it again',
  '40P01': 'two transactions waited for each other: do it again',
  '08': 'the connection failed: try again',
  '28': 'it does not accept the user: look at the settings of the connection',
  '53': 'it has no room, memory or connections left: free some, then try again',
  '55': 'something holds a lock: try again',
  '57': 'it is stopping, starting, or cancelled the statement: try again',
}

/** The SQLSTATE, or the code of the system, of what a driver threw; undefined if it has none. */
export function codeOf(thrown: unknown): string | undefined {
  const { code } = (thrown ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : undefined
}

/**
 * The error for a statement that failed.
 * @param isWithin whether it was in a transaction of the caller, which has failed with it
 */
export function storeProblem(cause: unknown, isWithin = false): StoreError {
  const code = codeOf(cause)
  const advice =
    (code !== undefined && (ADVICE[code] ?? (code.length === 5 ? ADVICE[code.slice(0, 2)] : undefined))) ||
    'whether the statement was done is not known: see the cause, then try again'
  const why = `Postgres did not answer as it should (${code ?? 'no code'}): ${advice}`
  return isWithin
    ? new StoreError('ABORTED', `${why}. The transaction has failed: roll it back, and do all of it again`, { cause })
    : new StoreError('UNAVAILABLE', why, { cause })
}
