// The cases of the suite about lists.

import type { RunStore } from '../run-store.ts'
import { expectEqual, readAll, readSome } from './assertions.ts'
import { append, ledger, ledgerRun } from './ledger.ts'
import type { StoreCase } from './store-case.ts'

export const listingCases: readonly StoreCase[] = [
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
      run.in.send([
        { type: 'PAID', cents: 3 },
        { type: 'PAID', cents: 4 },
      ])
      await append(store, run, { from: 3, position: 4 })
      expectEqual(
        await find({ unsettled: true }).then((now) => [now?.head, now?.sequence, now?.position]),
        [run.head, 3, 4],
        'what is listed after an append',
      )
      const lease = await store.lease(run.id, { owner: 'a', ttl: 60_000 })
      await lease?.settle(4)
      await lease?.release()
      expectEqual(await find({ unsettled: true }), undefined, 'a run whose outputs have settled')
      expectEqual((await find({}))?.settled, 4, 'the position up to which they have')
    },
  },
  {
    title: 'a run that begins with settled outputs has settled them, and none that come after',
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const run = ledgerRun(2)
      await append(store, run, { from: 0, settled: 2 })
      const unsettled = async () => (await readAll(other.list({ unsettled: true }))).find(({ id }) => id === run.id)
      expectEqual(await unsettled(), undefined, 'a run whose outputs have settled')
      run.in.send({ type: 'PAID', cents: 3 })
      await append(store, run, { from: 3 })
      const listed = await unsettled()
      expectEqual([listed?.position, listed?.settled], [3, 2], 'the outputs, and those that have settled')
      const lease = await other.lease(run.id, { owner: 'one', ttl: 60_000 })
      expectEqual(lease?.settled, 2, 'where the owner of the lease begins')
      await lease?.release()
    },
  },
  {
    title: 'each of many runs is listed once, and a list can be left early',
    async check({ open }) {
      const store = await open()
      const runs = Array.from({ length: 110 }, () => ledgerRun())
      await Promise.all(runs.map((run) => append(store, run, { from: 0 })))
      const ids = (await readAll(store.list())).map(({ id }) => id)
      const times = runs.map((run) => ids.filter((id) => id === run.id).length)
      expectEqual(
        times,
        runs.map(() => 1),
        'how often each run is listed',
      )
      expectEqual((await readSome(store.list(), 2)).length, 2, 'how many are listed until it stopped')
    },
  },
]
