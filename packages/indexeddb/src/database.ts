// The database: its tables, and how it is opened. It is opened when it is first used, and again after another tab has
// upgraded or deleted it, or the page was frozen.

import { type LeaseRecord, type Receipt, type StoredRecord, StoreError } from '@xmachines/core/store'
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { whenStopped } from './page-life.ts'

/** A run, as it is kept. */
export interface RunRow {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** The id of the run that has taken its place, if it was sealed. */
  readonly successor?: string
  readonly machine: { readonly name: string; readonly version: string }
  readonly position: number
  readonly lease: LeaseRecord
  /** How many receipts of each kind are kept. */
  readonly receipts: { readonly [Kind in ReceiptKind]: number }
  /** The receipts of keys are all kept that belong to later sequences. */
  readonly completeAfter: number
}

/** A record, as it is kept. */
export interface RecordRow {
  readonly id: string
  readonly sequence: number
  readonly record: StoredRecord
  /** The token of the append that ended with this record. It has no index: whoever looks for it knows where to begin. */
  readonly writer?: string
}

/** What kind of receipt it is. Those of answers are kept until their outputs have settled. */
export type ReceiptKind = 'key' | 'answer'

/** The receipt of a key, as it is kept. */
export interface ReceiptRow extends Receipt {
  readonly id: string
  readonly key: string
  readonly kind: ReceiptKind
  /** The order in which they are trimmed: their sequence, or for an answer the position of its output. */
  readonly order: number
}

/** The tables. */
export interface Tables extends DBSchema {
  runs: { key: string; value: RunRow }
  records: { key: [id: string, sequence: number]; value: RecordRow }
  receipts: {
    key: [id: string, key: string]
    value: ReceiptRow
    indexes: { trim: [id: string, kind: ReceiptKind, order: number] }
  }
  names: { key: string; value: { key: string; id: string } }
}

/** An open database. */
export type Database = IDBPDatabase<Tables>

const VERSION = 1

/** Milliseconds after which a database that does not open counts as unavailable. */
const LONGEST_OPENING = 10_000

/** Opens a database, once until it is closed. */
export function databaseOpener(name: string): { open(): Promise<Database>; close(): void } {
  let opening: Promise<Database> | undefined
  /** Resolves while the page runs. */
  let running: Promise<unknown> = Promise.resolve()
  let forget = (): void => undefined

  function closed(): void {
    forget()
    opening = undefined
  }

  function close(): void {
    void opening?.then((database) => database.close()).catch(() => undefined)
    closed()
  }

  function begin(): Promise<Database> {
    // A page that does not run cannot close it for another tab that upgrades or deletes it.
    forget = whenStopped(() => {
      running = new Promise((resolve) => setTimeout(resolve))
      close()
    })
    return running
      .then(() => openDatabase(name, closed))
      .catch((thrown: unknown) => {
        closed()
        throw unavailable(name, thrown)
      })
  }

  return {
    open: () => within(LONGEST_OPENING, name, (opening ??= begin())),
    close,
  }
}

/** If it opens later, it is there for the next who asks. */
function within(milliseconds: number, name: string, opening: Promise<Database>): Promise<Database> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(unavailable(name, new DOMException('it does not open', 'TimeoutError')))
    const timer = setTimeout(late, milliseconds)
    void opening.then(resolve, reject).then(() => clearTimeout(timer))
  })
}

// Asynchronous, so that a browser without IndexedDB rejects like one that refuses it.
async function openDatabase(name: string, closed: () => void): Promise<Database> {
  if (typeof indexedDB === 'undefined') throw new DOMException('there is no IndexedDB', 'NotSupportedError')
  return await openDB<Tables>(name, VERSION, {
    upgrade(database) {
      database.createObjectStore('runs', { keyPath: 'id' })
      database.createObjectStore('records', { keyPath: ['id', 'sequence'] })
      database.createObjectStore('receipts', { keyPath: ['id', 'key'] }).createIndex('trim', ['id', 'kind', 'order'])
      database.createObjectStore('names', { keyPath: 'key' })
    },
    // Another tab upgrades or deletes the database. It waits until this one is closed.
    blocking(_current, _blocked, { target }) {
      closed()
      ;(target as IDBDatabase).close()
    },
    terminated: closed,
  })
}

/** The error for a database that cannot be used now. */
export function unavailable(name: string, cause: unknown): StoreError {
  const { name: kind = '', message = String(cause) } = (cause ?? {}) as Partial<Error>
  const advice = adviceFor(kind, message)
  return new StoreError('UNAVAILABLE', `the IndexedDB database ${name} cannot be used: ${message}; ${advice}`, {
    cause,
  })
}

function adviceFor(kind: string, message: string): string {
  if (/quota/i.test(kind + message))
    return 'the disk or the quota of this site is full: delete what is no longer needed'
  if (kind === 'VersionError') return 'a newer version of this app has upgraded it: reload the page'
  if (kind === 'TimeoutError') return 'another tab keeps it open while it is upgraded or deleted: close that tab'
  if (kind === 'NotFoundError') return 'it has other tables: give the store another name, or delete the database'
  return 'private windows and blocked site data have no IndexedDB: keep the run in memory, or allow site data'
}
