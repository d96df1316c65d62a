// The cases of the suite about receipts: who appended what, under which key.

import type { Receipt, StoredRecord } from '../run-store.ts'
import { storeErrorOf } from '../store-error.ts'
import { expectCode, expectEqual } from './assertions.ts'
import { append, ledgerRun, token } from './ledger.ts'
import type { StoreCase } from './store-case.ts'

const isUnknown = (found: unknown): boolean => storeErrorOf(found)?.code === 'UNKNOWN'

export const receiptCases: readonly StoreCase[] = [
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
      const stranger = ledgerRun(1)
      await append(store, stranger, { from: 0 })
      expectEqual(await other.receipt(stranger.id, 'order-7', 0), undefined, 'the receipt of the key in another run')
      const lost = new Map([['order-9', 3]])
      await expectCode(() => append(other, run, { from: 3, keys: lost }), 'MOVED', 'a batch that is there')
      expectEqual(await store.receipt(run.id, 'order-9', 0), undefined, 'the receipt of the key of an append that lost')
    },
  },
  {
    title: 'the receipts of many appends are kept',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(120)
      const writers: string[] = []
      for (let sequence = 0; sequence <= 120; sequence++) {
        writers.push(token())
        await append(store, run, { from: sequence, to: sequence, writer: writers[sequence] as string })
      }
      for (const sequence of [0, 1, 60, 120]) {
        const found = await store.receipt(run.id, writers[sequence] as string, sequence - 1)
        expectEqual(found?.sequence, sequence, `the receipt of the append at sequence ${sequence}`)
      }
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
      expectEqual(
        isUnknown(found) || (found as Receipt | undefined)?.sequence === 1,
        true,
        'that it is kept or unknown',
      )
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
      expectEqual(
        isUnknown(found) || (found as Receipt | undefined)?.sequence === 2,
        true,
        'that it is kept or unknown',
      )
      expectEqual(await store.receipt(run.id, `${run.id}/1`, 0), undefined, 'the key of one that has not settled')
    },
  },
]
