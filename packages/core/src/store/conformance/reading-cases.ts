// The cases of the suite about what is read.

import { restoreRun } from '../../run/restore-run.ts'
import { expectCode, expectEqual, readAll, readSome } from './assertions.ts'
import { append, ledger, ledgerRun, token } from './ledger.ts'
import type { StoreCase } from './store-case.ts'

export const readingCases: readonly StoreCase[] = [
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
      const { signal } = new AbortController()
      await expectCode(() => readSome(store.follow(id, { from: 0, signal }), 1), 'MISSING', 'a follower')
      await expectCode(() => store.lease(id, { owner: 'a', ttl: 1000 }), 'MISSING', 'a lease')
      expectEqual(await store.receipt(id, token(), 0), undefined, 'a receipt')
    },
  },
  {
    title: 'a long run is read to its end, and only as far as somebody reads',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun(1500)
      await append(store, run, { from: 0 })
      const { records } = run.toJSON()
      expectEqual(await readAll(store.read(run.id, { from: 0 })), records, 'what was read')
      expectEqual(
        await readAll(store.read(run.id, { from: 700, to: 5000 })),
        records.slice(700),
        'what is there of a part',
      )
      expectEqual(
        await readSome(store.read(run.id, { from: 0 }), 3),
        records.slice(0, 3),
        'what was read until it stopped',
      )
    },
  },
  {
    title: 'every text is read as it was appended, and large ones too',
    async check({ open }) {
      const store = await open()
      const run = ledgerRun()
      const notes = [
        '\0',
        'a\u0000b',
        '\\u0000',
        '"\\',
        '\u2028\r\n\t',
        '\u{1f600} äß',
        "'; DROP",
        '',
        '#'.repeat(1_000_000),
      ]
      for (const [cents, note] of notes.entries()) run.in.send({ type: 'PAID', cents, note })
      run.in.send({ type: 'PAID', cents: 0.1 + 0.2, 'ключ\n': [1e21, 5e-324, -1.5, null, true] })
      await append(store, run, { from: 0 })
      const records = await readAll(store.read(run.id, { from: 0 }))
      expectEqual(records, run.toJSON().records, 'what was read')
      expectEqual(restoreRun(ledger, records as never).head, run.head, 'the head of the restored run')
    },
  },
  {
    title: 'damage is found by whoever opens the run',
    needsDamage: true,
    async check({ open, damage }) {
      for (const how of ['change', 'remove', 'swap'] as const) {
        const run = ledgerRun(6)
        await append(await open(), run, { from: 0 })
        if (damage === undefined) throw new Error('the case needs `damage`; give it, or leave the case out')
        await damage(run.id, 3, how)
        const opened = async (): Promise<string> => {
          const records = await readAll((await open()).read(run.id, { from: 0 }))
          return restoreRun(ledger, records as never, { head: run.head }).head
        }
        const found = await opened().catch(() => 'found')
        expectEqual(found, 'found', `damage (${how})`)
      }
    },
  },
]
