// The database: its tables, and how it is opened. It is opened when it is first used, and again after another tab has
// upgraded or deleted it.

import { type LeaseRecord, type Receipt, type StoredRecord, StoreError } from '@xmachines/core/store'
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

/** A run, as it is kept. */
export interface RunRow {
  readonly id: string
  readonly head: string
  readonly sequence: number
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

/** Opens a database, once until it is closed. */
export function databaseOpener(name: string): { open(): Promise<Database>; close(): void } {
  let opening: Promise<Database> | undefined
  return {
    open() {
      opening ??= openDatabase(name, () => {
        opening = undefined
      }).catch((thrown: unknown) => {
        opening = undefined
        throw unavailable(name, thrown)
      })
      return opening
    },
    close() {
      void opening?.then((database) => database.close()).catch(() => undefined)
      opening = undefined
    },
  }
}

// Asynchronous, so that a browser without IndexedDB rejects like one that refuses it.
async function openDatabase(name: string, closed: () => void): Promise<Database> {
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
  return 'private windows and blocked site data have no IndexedDB: keep the run in memory, or allow site data'
}
