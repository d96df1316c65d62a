// A store in IndexedDB: the runs of one site in one browser, shared by its tabs.

import {
  type AppendOptions,
  checkSeal,
  checkTrimmed,
  followRecords,
  isAnswer,
  type ListedRun,
  type ListOptions,
  missing,
  type ReadOptions,
  type Receipt,
  type RunStore,
  type Slice,
  type StoredRecord,
  StoreError,
  streamOf,
} from '@xmachines/core/store'
import { appendIn } from './append.ts'
import { openChanges } from './changes.ts'
import { type Database, databaseOpener, type RecordRow, type RunRow, unavailable } from './database.ts'
import { waitFor } from './follower.ts'
import type { Leases } from './leases.ts'
import { damaged, endOf, isRun, nameIn, readRun } from './read-row.ts'

/** Where runs are kept. */
export interface IndexedDbStoreOptions {
  /** The name of the database: `xmachines` unless given. */
  readonly name?: string
  /**
   * `strict` (the default): an append is on disk when it resolves. `relaxed`: it survives the end of the browser, but not
   * of the operating system.
   */
  readonly durability?: 'strict' | 'relaxed'
}

/** A store in IndexedDB. */
export interface IndexedDbStore extends RunStore {
  /** Closes the database and the channel between tabs. The store opens them again when it is used again. */
  close(): void
}

/** What followers of a run that takes no more hear instead of a sequence: whatever they wait for, they wait no longer. */
const SEALED = Number.MAX_SAFE_INTEGER
/** How many records are read at a time. */
const PAGE = 512

/**
 * A store in IndexedDB. Nothing is opened until it is used.
 *
 * @param options the name of the database, and how durable an append is
 * @returns the store. Where the browser has no IndexedDB, or no room, each of its members rejects with `UNAVAILABLE`
 */
export function indexedDbStore({
  name = 'xmachines',
  durability = 'strict',
}: IndexedDbStoreOptions = {}): IndexedDbStore {
  const database = databaseOpener(name)
  const changes = openChanges(name)

  /** Acts on the database, and throws what it throws as an error of the store. */
  async function inDatabase<Result>(act: (opened: Database) => Promise<Result>): Promise<Result> {
    for (let isFirst = true; ; isFirst = false) {
      const opened = await database.open()
      try {
        return await act(opened)
      } catch (thrown) {
        if (thrown instanceof StoreError) throw thrown
        const { name: kind } = (thrown ?? {}) as Partial<Error>
        // The browser may have closed it without a word. The next who asks opens it again.
        if (kind === 'InvalidStateError' || kind === 'UnknownError') database.close()
        // A closed one begins no transaction, so nothing has happened yet.
        if (!isFirst || kind !== 'InvalidStateError') throw unavailable(name, thrown)
      }
    }
  }

  const findRun = (id: string): Promise<RunRow> =>
    inDatabase(async (opened) => {
      const run = readRun(id, await opened.get('runs', id))
      if (run === undefined) throw missing(id)
      return run
    })

  const latestOf = async (id: string): Promise<number> => {
    const { sequence, successor } = await findRun(id)
    return successor === undefined ? sequence : SEALED
  }

  /** Runs as this handle wrote them last. Each is compared with the database before it counts. */
  const written = new Map<string, RunRow>()

  async function append(
    id: string,
    expectedHead: string | undefined,
    slice: Slice,
    options: AppendOptions,
  ): Promise<void> {
    const plan = { id, expected: expectedHead, slice, options }
    const run = await inDatabase((opened) => appendIn(opened, durability, plan, written.get(id)))
    written.set(id, run)
    changes.tell({ id, sequence: run.sequence })
  }

  async function* readRecords(
    id: string,
    { from, to = Number.POSITIVE_INFINITY }: ReadOptions,
  ): AsyncGenerator<StoredRecord, void> {
    const { sequence: latest } = await findRun(id)
    const last = Math.min(to, latest)
    for (let at = from; at <= last; at += PAGE) {
      const page = await readPage(id, at, last)
      for (const { record } of page) yield record
      const end = Math.min(last, at + PAGE - 1)
      if (page.length <= end - at) throw damaged(id, `it has ${page.length} of the records ${at} to ${end}`)
    }
  }

  function readPage(id: string, from: number, last: number): Promise<readonly RecordRow[]> {
    const range = IDBKeyRange.bound([id, from], [id, Math.min(last, from + PAGE - 1)])
    return inDatabase((opened) => opened.getAll('records', range))
  }

  async function* listRuns({ machine, unsettled = false }: ListOptions): AsyncGenerator<ListedRun, void> {
    let after: string | undefined
    for (;;) {
      const range = after === undefined ? null : IDBKeyRange.lowerBound(after, true)
      const page = await inDatabase((opened) => opened.getAll('runs', range, PAGE))
      for (const row of page) {
        // What is damaged is no run.
        if (!isRun(row)) continue
        const { id, machine: made, position, lease } = row
        if (machine !== undefined && (machine.name !== made.name || (machine.version ?? made.version) !== made.version))
          continue
        if (unsettled && lease.settled >= position) continue
        yield { id, ...endOf(row), machine: made, position, settled: lease.settled }
      }
      if (page.length < PAGE) return
      after = page.at(-1)?.id
    }
  }

  /** Changes the row of a run in one transaction, if `change` gives another. Says whether it did. */
  function changeRun(id: string, change: (run: RunRow) => RunRow | undefined): Promise<boolean> {
    return inDatabase(async (opened) => {
      const transaction = opened.transaction('runs', 'readwrite', { durability })
      const run = readRun(id, await transaction.store.get(id))
      if (run === undefined) throw missing(id)
      const changed = change(run)
      if (changed !== undefined) await transaction.store.put(changed)
      await transaction.done
      if (changed !== undefined && written.has(id)) written.set(id, changed)
      return changed !== undefined
    })
  }

  async function isSealed(id: string): Promise<boolean> {
    return (await findRun(id)).successor !== undefined
  }

  async function receipt(id: string, key: string, since: number): Promise<Receipt | undefined> {
    const [found, run] = await inDatabase((opened) =>
      Promise.all([opened.get('receipts', [id, key]), opened.get('runs', id)]),
    )
    if (found !== undefined) return { sequence: found.sequence, oid: found.oid }
    if (isRun(run)) {
      for (let at = since + 1; at <= run.sequence && !isAnswer(id, key); at += PAGE) {
        const made = (await readPage(id, at, run.sequence)).find(({ writer }) => writer === key)
        if (made !== undefined) return { sequence: made.sequence, oid: made.record.oid }
      }
      checkTrimmed({ id, key, since }, { completeAfter: run.completeAfter, settled: run.lease.settled })
    }
    return undefined
  }

  let leases: Leases | undefined
  async function loadLeases(): Promise<Leases> {
    const { openLeases } = await import('./leases.ts')
    leases ??= openLeases(name, {
      read: async (id) => (await findRun(id)).lease,
      change: (id, change) =>
        changeRun(id, (run) => {
          const lease = change(run.lease)
          return lease && { ...run, lease }
        }),
    })
    return leases
  }

  const store: IndexedDbStore = {
    async head(id) {
      const run = readRun(id, await inDatabase((opened) => opened.get('runs', id)))
      return run && endOf(run)
    },
    append,
    receipt,
    read: (id, options) => streamOf(readRecords(id, options)),
    follow: (id, options) =>
      followRecords({ read: store.read, wait: waitFor(changes, latestOf), isSealed }, id, options),
    list: (options = {}) => streamOf(listRuns(options)),
    lease: async (id, options) => (await loadLeases()).lease(id, options),
    untilFree: async (id, signal) => (await loadLeases()).untilFree(id, signal),
    name: async (key) => nameIn(await inDatabase((opened) => opened.get('names', key))),
    rename: (key, expectedId, id) =>
      inDatabase(async (opened) => {
        const transaction = opened.transaction('names', 'readwrite', { durability })
        const found = nameIn(await transaction.store.get(key))
        if (found === expectedId) {
          if (id === undefined) await transaction.store.delete(key)
          else await transaction.store.put({ key, id })
        }
        await transaction.done
        return found === expectedId
      }),
    async seal(id, expectedHead, successor) {
      await changeRun(id, (run) => (checkSeal(id, run, expectedHead, successor) ? { ...run, successor } : undefined))
      changes.tell({ id, sequence: SEALED })
    },
    close() {
      written.clear()
      database.close()
      changes.close()
    },
  }
  return store
}
