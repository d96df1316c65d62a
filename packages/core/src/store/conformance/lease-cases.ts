// The cases of the suite about leases.

import type { Lease } from '../run-store.ts'
import { expectCode, expectEqual, until } from './assertions.ts'
import { append, ledgerRun } from './ledger.ts'
import type { StoreCase } from './store-case.ts'

export const leaseCases: readonly StoreCase[] = [
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
      await mine?.settle(1)
      expectEqual(mine?.settled, 2, 'what has settled, after an earlier position')
      await mine?.renew()
      await mine?.release()
      expectEqual(mine?.signal.aborted, true, 'that a released lease aborts')
      await expectCode(async () => await mine?.settle(3), 'LEASE_LOST', 'settling after the release')
      await expectCode(async () => await mine?.renew(), 'LEASE_LOST', 'renewing after the release')
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
      // A busy machine may be too slow to renew a short one.
      for (const ttl of [300, 3000, 20_000]) {
        const mine = await store.lease(run.id, { owner: 'one', ttl })
        const asked = Date.now()
        let taken: Lease | undefined
        while (taken === undefined && Date.now() - asked < 2.2 * ttl) {
          taken = await other.lease(run.id, { owner: 'other', ttl })
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        const isKept = taken === undefined && mine?.signal.aborted === false
        await taken?.release()
        await mine?.release()
        if (isKept) return
      }
      throw new Error('a lease that its owner renews must be kept; it was lost, also with 20 seconds to renew it')
    },
  },
  {
    title: 'a lease runs out once its owner has crashed, and the next goes on where it stopped',
    needsCrash: true,
    async check({ open, crash }) {
      if (crash === undefined) throw new Error('the case needs `crash`; give it, or leave the case out')
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(3)
      await append(store, run, { from: 0 })
      const mine = await store.lease(run.id, { owner: 'one', ttl: 400 })
      await mine?.settle(2)
      await crash(store)
      let theirs: Lease | undefined
      const take = async (): Promise<boolean> => {
        theirs = await other.lease(run.id, { owner: 'other', ttl: 400 })
        return theirs !== undefined
      }
      await until(take, 'the end of the lease')
      expectEqual(theirs?.settled, 2, 'where the next owner begins')
      await until(() => mine?.signal.aborted === true, 'that the first owner learns of it')
      await theirs?.release()
    },
  },
  {
    title: 'whoever waited until a lease is free gets it at the first try',
    needsCrash: true,
    async check({ open, crash }) {
      if (crash === undefined) throw new Error('the case needs `crash`; give it, or leave the case out')
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(1)
      await append(store, run, { from: 0 })
      await store.lease(run.id, { owner: 'one', ttl: 150 })
      await crash(store)
      const waiting = new AbortController()
      // A store that is not notified may resolve late, or never.
      const timer = setTimeout(() => waiting.abort(), 1000)
      await other.untilFree?.(run.id, waiting.signal)
      clearTimeout(timer)
      if (other.untilFree === undefined || waiting.signal.aborted) return
      const theirs = await other.lease(run.id, { owner: 'other', ttl: 60_000 })
      expectEqual(theirs?.settled, 0, 'where the one who waited begins')
      await theirs?.release()
    },
  },
]
