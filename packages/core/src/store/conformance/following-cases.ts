// The cases of the suite about followers.

import { expectEqual, readAll, readSome } from './assertions.ts'
import { append, ledgerRun } from './ledger.ts'
import type { StoreCase } from './store-case.ts'

export const followingCases: readonly StoreCase[] = [
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
]
