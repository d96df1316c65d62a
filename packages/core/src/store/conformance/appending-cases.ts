// The cases of the suite about who may append what.

import { restoreRun } from '../../run/restore-run.ts'
import { recordRun } from '../record-run.ts'
import type { RunStore, StoredRecord } from '../run-store.ts'
import { storeErrorOf } from '../store-error.ts'
import { expectCode, expectEqual, readAll } from './assertions.ts'
import { append, type LedgerRun, ledger, ledgerRun, sliceOf, token } from './ledger.ts'
import type { StoreCase, StoreUnderTest } from './store-case.ts'

const WRITERS = 8
const ROUNDS = 50

export const appendingCases: readonly StoreCase[] = [
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
        ['a slice without records', { ...slice, records: [], commits: [] }],
      ] as const) {
        await expectCode(() => store.append(run.id, expected, bad, { writer: token() }), 'CORRUPT', what)
      }
      const stranger = ledgerRun()
      const unknown = stranger.id.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
      const genesis = sliceOf(stranger, 0)
      await expectCode(
        () => store.append(unknown, undefined, genesis, { writer: token() }),
        'CORRUPT',
        'a genesis under another id',
      )
      expectEqual(
        [await store.head(unknown), await store.head(stranger.id)],
        [undefined, undefined],
        'the heads of neither',
      )
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
    title: 'an append whose request or answer is lost is made once',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      let exchanges = 0
      const lossy: RunStore = {
        ...store,
        async append(...given) {
          exchanges += 1
          if (exchanges % 3 === 1) throw new Error('the request was lost')
          await store.append(...given)
          if (exchanges % 3 === 2) throw new Error('the answer was lost')
        },
      }
      const run = ledgerRun()
      const recorder = recordRun(run, lossy)
      for (let sequence = 1; sequence <= 6; sequence++) {
        run.in.send({ type: 'PAID', cents: 1 })
        expectEqual(await recorder.flush(), sequence, 'the sequence that is recorded')
      }
      await recorder.stop()
      expectEqual(await readAll(other.read(run.id, { from: 0 })), run.toJSON().records, 'what was appended')
    },
  },
]
