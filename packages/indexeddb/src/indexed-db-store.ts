// A store in IndexedDB: the runs of one site in one browser, shared by its tabs.

import {
  type AppendOptions,
  checkSlice,
  followRecords,
  isAnswer,
  isGenesis,
  type ListedRun,
  type ListOptions,
  leaseKeeper,
  missing,
  type ReadOptions,
  type Receipt,
  type RunStore,
  type Slice,
  type StoredRecord,
  StoreError,
  streamOf,
  unknown,
} from '@xmachines/core/store'
import { openChanges } from './changes.ts'
import { type Database, databaseOpener, type RunRow, unavailable } from './database.ts'
import { damaged, isRun, nameIn, readRun } from './read-row.ts'
import { keepReceipts, type NewReceipt, unawaited } from './receipts.ts'
import { hasWebLocks, takeWebLock, untilUnlocked } from './web-lock-lease.ts'

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

/** How many records are read at a time. */
const PAGE = 512
/** Milliseconds after which a follower looks without having been told: a tab that was frozen hears nothing. */
const LOOK_AGAIN = 1000

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

  async function append(
    id: string,
    expectedHead: string | undefined,
    slice: Slice,
    { writer, keys = new Map() }: AppendOptions,
  ): Promise<void> {
    const sequence = await inDatabase(async (opened) => {
      const transaction = opened.transaction(['runs', 'records', 'receipts'], 'readwrite', { durability })
      try {
        const runs = transaction.objectStore('runs')
        const current = readRun(id, await runs.get(id))
        const head = checkSlice(id, current, expectedHead, slice)
        const first = head.sequence - slice.records.length + 1
        const records = transaction.objectStore('records')
        for (const [at, record] of slice.records.entries()) unawaited(records.add({ id, sequence: first + at, record }))
        const added: NewReceipt[] = [{ key: writer, isWriter: true, sequence: head.sequence, oid: head.head }]
        for (const [key, at] of keys) {
          const { oid } = slice.records[at - first] as StoredRecord
          added.push({ key, isWriter: false, sequence: at, oid })
        }
        const row: RunRow = { ...(current ?? begin(id, slice)), ...head, position: slice.position }
        unawaited(runs.put({ ...row, ...(await keepReceipts(transaction, row, added)) }))
        transaction.commit()
        await transaction.done
        return head.sequence
      } catch (thrown) {
        // What is refused leaves nothing behind.
        if (thrown instanceof StoreError) transaction.abort()
        const cause: unknown = await transaction.done.then(
          () => thrown,
          (why: unknown) => why,
        )
        throw thrown instanceof StoreError ? thrown : cause
      }
    })
    changes.tell({ id, sequence })
  }

  async function* readRecords(
    id: string,
    { from, to = Number.POSITIVE_INFINITY }: ReadOptions,
  ): AsyncGenerator<StoredRecord, void> {
    const { sequence: latest } = await findRun(id)
    const last = Math.min(to, latest)
    for (let at = from; at <= last; at += PAGE) {
      const to = Math.min(last, at + PAGE - 1)
      const range = IDBKeyRange.bound([id, at], [id, to])
      const page = await inDatabase((opened) => opened.getAll('records', range))
      for (const { record } of page) yield record
      if (page.length <= to - at) throw damaged(id, `it has ${page.length} of the records ${at} to ${to}`)
    }
  }

  async function* listRuns({ machine, unsettled = false }: ListOptions): AsyncGenerator<ListedRun, void> {
    let after: string | undefined
    for (;;) {
      const range = after === undefined ? null : IDBKeyRange.lowerBound(after, true)
      const page = await inDatabase((opened) => opened.getAll('runs', range, PAGE))
      for (const row of page) {
        // What is damaged is no run.
        if (!isRun(row)) continue
        const { id, head, sequence, machine: made, position, lease } = row
        if (machine !== undefined && (machine.name !== made.name || (machine.version ?? made.version) !== made.version))
          continue
        if (unsettled && lease.settled >= position) continue
        yield { id, head, sequence, machine: made, position, settled: lease.settled }
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
      return changed !== undefined
    })
  }

  async function receipt(id: string, key: string, since: number): Promise<Receipt | undefined> {
    const [found, run] = await inDatabase((opened) =>
      Promise.all([opened.get('receipts', [id, key]), opened.get('runs', id)]),
    )
    if (found !== undefined) return { sequence: found.sequence, oid: found.oid }
    if (isRun(run) && since < run.completeAfter && !isAnswer(id, key)) throw unknown(id, run.completeAfter)
    return undefined
  }

  function wait(id: string, sequence: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const stop = changes.listen(id, (latest) => {
        if (latest >= sequence) end()
      })
      signal.addEventListener('abort', end)
      void look()

      async function look(): Promise<void> {
        try {
          if ((await findRun(id)).sequence >= sequence) return end()
          if (!signal.aborted) timer = setTimeout(look, LOOK_AGAIN)
        } catch (thrown) {
          end()
          reject(thrown)
        }
      }

      function end(): void {
        stop()
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
    })
  }

  const lockOf = (id: string): string => `xmachines:${name}:${id}`
  const settled = {
    read: async (id: string) => (await findRun(id)).lease.settled,
    write: async (id: string, position: number) => {
      await changeRun(id, (run) => ({ ...run, lease: { ...run.lease, settled: position } }))
    },
  }
  // A page that is not secure has no Web Locks.
  const timed = leaseKeeper({
    read: async (id) => (await findRun(id)).lease,
    swap: (id, expectedBeat, lease) =>
      changeRun(id, (run) => (run.lease.beat === expectedBeat ? { ...run, lease } : undefined)),
  })

  const store: IndexedDbStore = {
    async head(id) {
      const run = readRun(id, await inDatabase((opened) => opened.get('runs', id)))
      return run && { head: run.head, sequence: run.sequence }
    },
    append,
    receipt,
    read: (id, options) => streamOf(readRecords(id, options)),
    follow: (id, options) => followRecords({ read: store.read, wait }, id, options),
    list: (options = {}) => streamOf(listRuns(options)),
    lease: (id, options) => (hasWebLocks() ? takeWebLock(lockOf(id), id, settled) : timed.take(id, options)),
    untilFree: (id, signal) => (hasWebLocks() ? untilUnlocked(lockOf(id), signal) : untilAborted(signal)),
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
    close() {
      database.close()
      changes.close()
    },
  }
  return store
}

/** Nobody is notified of a lease that is given back without Web Locks. Whoever waits for it asks again from time to time. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function begin(id: string, { records, settled = 0 }: Slice): RunRow {
  const [genesis] = records as [StoredRecord]
  if (!isGenesis(genesis)) throw missing(id)
  const { name, version } = genesis.machine
  return {
    id,
    head: id,
    sequence: -1,
    machine: { name, version },
    position: 0,
    lease: { owner: undefined, ttl: 0, beat: 0, settled },
    receipts: { writer: 0, key: 0, answer: 0 },
    completeAfter: -1,
  }
}
