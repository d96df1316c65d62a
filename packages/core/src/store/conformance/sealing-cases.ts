// The cases of the suite about runs that are sealed, because others have taken their place.

import { openShared } from '../open-shared.ts'
import type { RunStore } from '../run-store.ts'
import { storeErrorOf } from '../store-error.ts'
import { expectCode, expectEqual, readAll, until } from './assertions.ts'
import { append, ledger, ledgerRun } from './ledger.ts'
import type { StoreCase } from './store-case.ts'

const ROUNDS = 10

export const sealingCases: readonly StoreCase[] = [
  {
    title: 'a sealed run takes no more, says which run has taken its place, and is still read',
    needsSeal: true,
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const [run, next, third] = [ledgerRun(3), ledgerRun(), ledgerRun()]
      await append(store, run, { from: 0, to: 2 })
      const { head } = (await store.head(run.id)) ?? { head: '' }
      await expectCode(() => seal(store, run.id, run.id, next.id), 'MOVED', 'a seal behind another head')
      await expectCode(() => seal(store, next.id, next.id, third.id), 'MISSING', 'the seal of no run')
      await seal(store, run.id, head, next.id)
      const refused = await expectCode(() => append(other, run, { from: 3 }), 'SEALED', 'an append elsewhere')
      expectEqual(refused.successor, next.id, 'the successor that is told')
      await expectCode(() => append(store, run, { from: 3 }), 'SEALED', 'an append')
      await expectCode(() => append(store, run, { from: 1, to: 2 }), 'SEALED', 'an append behind another head')
      await seal(other, run.id, head, next.id)
      const second = await expectCode(() => seal(other, run.id, head, third.id), 'SEALED', 'another successor')
      expectEqual(second.successor, next.id, 'the successor that is told')
      expectEqual(await (await open()).head(run.id), { head, sequence: 2, successor: next.id }, 'where it ends')
      const listed = (await readAll(other.list())).find(({ id }) => id === run.id)
      expectEqual(listed?.successor, next.id, 'the successor in a list')
      expectEqual((await readAll(other.read(run.id, { from: 0 }))).length, 3, 'the number of records')
    },
  },
  {
    title: `of an append and a seal at once, one is refused in each of ${ROUNDS} rounds`,
    needsSeal: true,
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      for (let round = 0; round < ROUNDS; round++) {
        const [run, next] = [ledgerRun(1), ledgerRun()]
        await append(store, run, { from: 0, to: 0 })
        const makes = [() => append(store, run, { from: 1 }), () => seal(other, run.id, run.id, next.id)]
        const codes: string[] = []
        // Neither always begins.
        const first = round % 2
        await Promise.all(
          [first, 1 - first].map(async (at) => {
            codes[at] = await outcomeOf(makes[at])
          }),
        )
        const isSealed = codes[1] === 'made'
        expectEqual(codes, isSealed ? ['SEALED', 'made'] : ['made', 'MOVED'], `what became of both in round ${round}`)
        const successor = isSealed ? { successor: next.id } : {}
        const head = isSealed ? run.id : run.head
        expectEqual(await store.head(run.id), { head, sequence: isSealed ? 0 : 1, ...successor }, 'where it ends')
      }
    },
  },
  {
    title: 'whoever follows or shares a run learns that it is sealed, and nothing that was acknowledged is lost',
    needsSeal: true,
    async check({ open }) {
      const [store, other] = [await open(), await open()]
      const [run, next] = [ledgerRun(1), ledgerRun()]
      await append(store, run, { from: 0 })
      const { signal } = new AbortController()
      const followed = readAll(other.follow(run.id, { from: 0, signal }))
      const shared = await openShared(other, run.id, ledger)
      shared.in.send({ type: 'PAID', cents: 2 })
      await shared.flush()
      await seal(store, run.id, shared.head, next.id)
      expectEqual((await followed).length, 3, 'the number of records that were followed')
      await until(() => shared.isClosed, 'the end of a shared run')
      expectEqual(storeErrorOf(shared.problem)?.successor, next.id, 'the successor that it names')
      shared.in.send({ type: 'PAID', cents: 3 })
      await expectCode(() => shared.flush(), 'SEALED', 'what is sent after the seal')
      const opened = await openShared(store, run.id, ledger)
      expectEqual([opened.isClosed, opened.state], [true, 3], 'whether it is closed, and what it shows')
      expectEqual(storeErrorOf(opened.problem)?.successor, next.id, 'the successor that it names')
      const { signal: later } = new AbortController()
      expectEqual((await readAll(store.follow(run.id, { from: 2, signal: later }))).length, 1, 'what is followed later')
    },
  },
]

function seal(store: RunStore, id: string, expectedHead: string, successor: string): Promise<void> {
  if (store.seal === undefined) throw new Error('the store has no member seal; leave out the cases that need it')
  return store.seal(id, expectedHead, successor)
}

async function outcomeOf(make: (() => Promise<void>) | undefined): Promise<string> {
  try {
    await make?.()
    return 'made'
  } catch (thrown) {
    return storeErrorOf(thrown)?.code ?? String(thrown)
  }
}
