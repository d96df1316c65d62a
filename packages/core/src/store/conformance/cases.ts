// The cases of the conformance suite for stores. Longer than other files, because it is one list.

import { restoreRun } from '../../run/restore-run.ts'
import type { Receipt, RunStore, StoredRecord } from '../run-store.ts'
import { storeErrorOf } from '../store-error.ts'
import { expectCode, expectEqual, readAll, readSome, until } from './assertions.ts'
import { append, type LedgerRun, ledger, ledgerRun, sliceOf, token } from './ledger.ts'

/** What the suite needs of a store. */
export interface StoreUnderTest {
  /** Opens a handle on the same storage, as another process would. */
  open(): Promise<RunStore>
  /** Damages a stored record. Without it the case about damage is left out. */
  damage?(id: string, sequence: number, how: 'change' | 'remove'): Promise<void>
}

/** A case of the suite. */
export interface StoreCase {
  /** A sentence about behaviour. */
  readonly title: string
  /** Whether the case needs `damage`. */
  readonly needsDamage?: true
  /** Resolves if the store behaves so; rejects with what was wrong. */
  check(store: StoreUnderTest): Promise<void>
}

const WRITERS = 8
const ROUNDS = 50

const isUnknown = (found: unknown): boolean => storeErrorOf(found)?.code === 'UNKNOWN'

/** The cases, in order. Each makes runs of its own, so all may share one storage. */
export const storeCases: readonly StoreCase[] = [
  {
    title: 'a run that was appended is read again, whole and in parts',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(5)
      await append(store, run, { from: 0, to: 2 })
      await append(other, run, { from: 3 })
      expectEqual(await store.head(run.id), { head: run.head, sequence: 5 }, 'the head')
      const records = await readAll(store.read(run.id, { from: 0 }))
      expectEqual(records, run.toJSON().records, 'what was read')
      expectEqual(restoreRun(ledger, records as never).head, run.head, 'the head of the restored run')
      expectEqual(await readAll(other.read(run.id, { from: 2, to: 3 })), records.slice(2, 4), 'a part')
      expectEqual(await readAll(other.read(run.id, { from: 6 })), [], 'what comes after the end')
    },
  },
  {
    title: 'a run that is not there has no head, and is missing to whoever reads it',
    async check({ open }) {
      const store = await open()
      const { id } = ledgerRun()
      expectEqual(await store.head(id), undefined, 'the head')
      await expectCode(() => readAll(store.read(id, { from: 0 })), 'MISSING', 'a read')
      await expectCode(() => store.lease(id, { owner: 'a', ttl: 1000 }), 'MISSING', 'a lease')
      expectEqual(await store.receipt(id, token(), 0), undefined, 'a receipt')
    },
  },
  {
    title: 'an append behind another head is refused, says where the head is, and changes nothing',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(3)
      await append(store, run, { from: 0, to: 2 })
      const again = await expectCode(() => append(store, run, { from: 0, to: 2 }), 'MOVED', 'a genesis that is there')
      expectEqual(again.head?.sequence, 2, 'the head that is told')
      await expectCode(() => append(store, run, { from: 2 }), 'MOVED', 'a batch that is there')
      const unknown = ledgerRun(1)
      const early = await expectCode(() => append(store, unknown, { from: 1 }), 'MOVED', 'a batch without its genesis')
      expectEqual(early.head, undefined, 'the head of a run that is not there')
      expectEqual((await store.head(run.id))?.sequence, 2, 'the sequence')
    },
  },
  {
    title: 'a slice that does not continue the run is refused, all of it',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(3)
      await append(store, run, { from: 0, to: 1 })
      const slice = sliceOf(run, 2)
      const { head: expected } = (await store.head(run.id)) ?? { head: '' }
      const [first, second] = slice.records as [StoredRecord, StoredRecord]
      const [one, other] = slice.commits as [Uint8Array, Uint8Array]
      const wrong = { ...slice, records: [first, { ...second, parent: run.id }] }
      const changed = { ...slice, commits: [one, Uint8Array.from(other, (byte, at) => (at === 60 ? byte ^ 1 : byte))] }
      for (const [what, bad] of [
        ['a batch with another parent', wrong],
        ['a commit with another oid', changed],
      ] as const) {
        await expectCode(() => store.append(run.id, expected, bad, { writer: token() }), 'CORRUPT', what)
      }
      expectEqual((await store.head(run.id))?.sequence, 1, 'the sequence')
      expectEqual((await readAll(store.read(run.id, { from: 0 }))).length, 2, 'the number of records')
    },
  },
  ...(['equal', 'different'] as const).map((batches) => ({
    title: `of ${WRITERS} writers that append ${batches} batches at once, one is acknowledged in each of ${ROUNDS} rounds`,
    async check({ open }: StoreUnderTest) {
      const stores = await Promise.all(Array.from({ length: WRITERS }, () => open()))
      const [first] = stores as [RunStore]
      const run = ledgerRun()
      await append(first, run, { from: 0 })
      let losses = 0
      for (let round = 1; round <= ROUNDS; round++) {
        const records = await readAll(first.read(run.id, { from: 0 }))
        const runs = stores.map((_, writer) => {
          const mine: LedgerRun = restoreRun(ledger, records as never)
          mine.in.send({ type: 'PAID', cents: batches === 'equal' ? 1 : writer + 1 })
          return mine
        })
        const results = await Promise.allSettled(
          stores.map((store, at) => append(store, runs[at] as LedgerRun, { from: round })),
        )
        const lost = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
        for (const { reason } of lost) {
          if (storeErrorOf(reason)?.code !== 'MOVED') throw reason
        }
        expectEqual(lost.length, WRITERS - 1, `the number of losses in round ${round}`)
        losses += lost.length
      }
      expectEqual((await first.head(run.id))?.sequence, ROUNDS, 'the number of batches')
      expectEqual(losses, (WRITERS - 1) * ROUNDS, 'the number of losses')
    },
  })),
  {
    title: 'the receipt of an append proves who made it, also between equal batches',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(1)
      await append(store, run, { from: 0, to: 0 })
      const [mine, theirs] = [token(), token()]
      await append(store, run, { from: 1, writer: mine })
      await expectCode(() => append(other, run, { from: 1, writer: theirs }), 'MOVED', 'an equal append')
      expectEqual(await other.receipt(run.id, mine, 0), { sequence: 1, oid: run.head }, 'the receipt')
      expectEqual(await store.receipt(run.id, theirs, 0), undefined, 'the receipt of the append that lost')
    },
  },
  {
    title: 'a key is answered with the batch that it was applied as',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(3)
      await append(store, run, { from: 0, keys: new Map([['order-7', 2]]) })
      const { oid } = run.toJSON().records[2] as StoredRecord
      expectEqual(await other.receipt(run.id, 'order-7', 0), { sequence: 2, oid }, 'the receipt of a key')
      expectEqual(await other.receipt(run.id, 'order-8', 0), undefined, 'the receipt of another key')
    },
  },
  {
    title: 'receipts that were trimmed are unknown, and keys of answers that have not settled are kept',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(1)
      await append(store, run, { from: 0, to: 0 })
      const first = token()
      await append(store, run, { from: 1, writer: first, keys: new Map([[`${run.id}/0`, 1]]) })
      let sequence = 1
      for (let round = 0; round < 12; round++) {
        const keys = new Map<string, number>()
        for (let count = 0; count < 100; count++) {
          run.in.send({ type: 'PAID', cents: 1 })
          keys.set(`key-${++sequence}`, sequence)
        }
        await append(store, run, { from: sequence - 99, keys })
      }
      expectEqual((await store.receipt(run.id, `key-${sequence - 999}`, 1))?.sequence, sequence - 999, 'a kept receipt')
      expectEqual((await store.receipt(run.id, `${run.id}/0`, 0))?.sequence, 1, 'the receipt of an answer')
      expectEqual(await store.receipt(run.id, token(), sequence), undefined, 'a receipt that never was')
      const found = await store.receipt(run.id, first, 0).catch((error: unknown) => error)
      expectEqual(isUnknown(found) || (found as Receipt | undefined)?.sequence === 1, true, 'that it is kept or unknown')
    },
  },
  {
    title: 'the key of an answer to an output that has settled is kept or unknown',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(2)
      await append(store, run, { from: 0, to: 1 })
      await append(store, run, { from: 2, keys: new Map([[`${run.id}/0`, 2]]) })
      const lease = await store.lease(run.id, { owner: 'a', ttl: 60_000 })
      await lease?.settle(1)
      await lease?.release()
      run.in.send({ type: 'PAID', cents: 3 })
      await append(store, run, { from: 3 })
      const found = await store.receipt(run.id, `${run.id}/0`, 0).catch((error: unknown) => error)
      expectEqual(isUnknown(found) || (found as Receipt | undefined)?.sequence === 2, true, 'that it is kept or unknown')
      expectEqual(await store.receipt(run.id, `${run.id}/1`, 0), undefined, 'the key of one that has not settled')
    },
  },
  {
    title: 'a follower gets every record once and in order, also if it comes back',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(30)
      await append(store, run, { from: 0, to: 3 })
      const controller = new AbortController()
      const { signal } = controller
      const first = readSome(store.follow(run.id, { from: 0, signal }), 10)
      for (let at = 4; at <= 20; at++) await append(other, run, { from: at, to: at })
      const seen = await first
      const second = readSome(store.follow(run.id, { from: seen.length, signal }), 21)
      for (let at = 21; at <= 30; at++) await append(other, run, { from: at, to: at })
      expectEqual([...seen, ...(await second)], run.toJSON().records, 'what the follower got')
    },
  },
  {
    title: 'a follower that is aborted ends, also while it waits',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(1)
      await append(store, run, { from: 0 })
      const controller = new AbortController()
      const read = readAll(store.follow(run.id, { from: 0, signal: controller.signal }))
      await new Promise((resolve) => setTimeout(resolve))
      controller.abort()
      const records = await read
      expectEqual(records.length <= 2, true, 'that it ended')
      expectEqual(
        await readAll(store.follow(run.id, { from: 0, signal: controller.signal })),
        [],
        'one that is aborted before',
      )
    },
  },
  {
    title: 'damage is found by whoever opens the run',
    needsDamage: true,
    async check({ open, damage }) {
      for (const how of ['change', 'remove'] as const) {
        const run = ledgerRun(6)
        await append(await open(), run, { from: 0 })
        await damage?.(run.id, 3, how)
        const opened = async (): Promise<string> => {
          const records = await readAll((await open()).read(run.id, { from: 0 }))
          return restoreRun(ledger, records as never, { head: run.head }).head
        }
        const found = await opened().catch(() => 'found')
        expectEqual(found, 'found', `damage (${how})`)
      }
    },
  },
  {
    title: 'runs are listed by machine, and by whether outputs have settled',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(2)
      await append(store, run, { from: 0 })
      const find = async (options: Parameters<RunStore['list']>[0]) =>
        (await readAll(store.list(options))).find(({ id }) => id === run.id)
      const machine = { name: ledger.name, version: ledger.version }
      const listed = { id: run.id, head: run.head, sequence: 2, machine, position: 2, settled: 0 }
      for (const options of [undefined, { machine: { name: ledger.name } }, { machine, unsettled: true }]) {
        const { id, head, sequence, machine, position, settled } =
          (await find(options)) ?? ({} as Record<string, never>)
        expectEqual({ id, head, sequence, machine, position, settled }, listed, 'what is listed')
      }
      expectEqual(await find({ machine: { name: 'another' } }), undefined, 'a run of another machine')
      expectEqual(await find({ machine: { name: ledger.name, version: '2' } }), undefined, 'a run of another version')
      const lease = await store.lease(run.id, { owner: 'a', ttl: 10_000 })
      await lease?.settle(2)
      await lease?.release()
      expectEqual(await find({ unsettled: true }), undefined, 'a run whose outputs have settled')
      expectEqual((await find({}))?.settled, 2, 'the position up to which they have')
    },
  },
  {
    title: 'one owner has a lease at a time, and the next goes on where it stopped',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(3)
      await append(store, run, { from: 0 })
      const mine = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
      expectEqual(mine?.settled, 0, 'where the first owner begins')
      expectEqual(await other.lease(run.id, { owner: 'other', ttl: 60_000 }), undefined, 'a lease that is taken')
      await mine?.settle(2)
      await mine?.renew()
      await mine?.release()
      expectEqual(mine?.signal.aborted, true, 'that a released lease aborts')
      const theirs = await other.lease(run.id, { owner: 'other', ttl: 60_000 })
      expectEqual(theirs?.settled, 2, 'where the next owner begins')
      await theirs?.release()
    },
  },
  {
    title: 'a lease that is renewed is kept',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(1)
      await append(store, run, { from: 0 })
      const mine = await store.lease(run.id, { owner: 'one', ttl: 900 })
      const asked = Date.now()
      while (Date.now() - asked < 2000) {
        expectEqual(await other.lease(run.id, { owner: 'other', ttl: 900 }), undefined, 'a lease that is renewed')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expectEqual(mine?.signal.aborted, false, 'that it was lost')
      await mine?.release()
    },
  },
  {
    title: 'a name belongs to one run, and changes hands by comparison',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const key = `name-${token()}`
      const [one, two] = [ledgerRun().id, ledgerRun().id]
      expectEqual(await store.name(key), undefined, 'a name that nobody has')
      const given = await Promise.all([store.rename(key, undefined, one), other.rename(key, undefined, two)])
      expectEqual(given.filter(Boolean).length, 1, 'how many got it')
      const [winner, loser] = given[0] ? [one, two] : [two, one]
      expectEqual(await other.name(key), winner, 'whose it is')
      expectEqual(await store.rename(key, loser, one), false, 'a change that expects another owner')
      expectEqual(await store.rename(key, winner, undefined), true, 'a name that is given up')
      await until(async () => (await other.name(key)) === undefined, 'the end of a name')
    },
  },
]
