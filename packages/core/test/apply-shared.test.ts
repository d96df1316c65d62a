/** `apply` of a shared run: what became of one batch, whatever others do at the same time. */
import { createRun, defineMachine, RunError, refuse } from '@xmachines/core'
import { memoryStore, openShared, type RunStore, recordRun, type SharedRun, StoreError } from '@xmachines/core/store'
import { describe, expect, onTestFinished, test } from 'vitest'

import { expectBugs } from './quiet.ts'

expectBugs()

type TillEvent = { type: 'PAID'; cents: number } | { type: 'TAKEN'; cents: number } | { type: 'BROKEN' }

/** A till that never holds less than nothing. */
const till = defineMachine<number, TillEvent, { type: 'receipt'; cents: number }>({
  name: 'till',
  version: '1',
  initial: 0,
  on: {
    PAID: (total, { cents }, emit) => {
      emit({ type: 'receipt', cents })
      return total + cents
    },
    TAKEN: (total, { cents }) => (cents > total ? refuse(`only ${total} are there`) : total - cents),
    BROKEN: () => {
      throw new Error('out of order')
    },
  },
  isFatal: ({ code }) => code === 'TRANSITION_FAILED',
})

type TillRun = SharedRun<number, TillEvent, { type: 'receipt'; cents: number }>

/** A store whose appends wait for each other's turn, and which says what goes on. */
function watchedStore() {
  const store = memoryStore()
  let gate: Promise<void> | undefined
  let appends = 0
  const watched: RunStore = {
    ...store,
    async append(...given) {
      appends += 1
      await gate
      await store.append(...given)
    },
    // What others append is found out by an append, and not before.
    follow: (_id, { signal }) =>
      new ReadableStream({
        pull: (controller) =>
          new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              controller.close()
              resolve()
            })
          }),
      }),
  }
  return {
    store: watched,
    appends: () => appends,
    /** Holds appends until the function that it returns is called. */
    hold(): () => void {
      let open = (): void => undefined
      gate = new Promise((resolve) => {
        open = resolve
      })
      return () => {
        gate = undefined
        open()
      }
    },
  }
}

/** A store whose answers about keys can be held back. */
function lateReceipts() {
  const store = memoryStore()
  let gate: Promise<void> | undefined
  const late: RunStore = {
    ...store,
    async receipt(...given) {
      const held = gate
      gate = undefined
      const receipt = await store.receipt(...given)
      await held
      return receipt
    },
  }
  return {
    store: late,
    /** Holds back the answer to the next question until the function that it returns is called. */
    holdNext(): () => void {
      let open = (): void => undefined
      gate = new Promise((resolve) => {
        open = resolve
      })
      return open
    },
  }
}

async function openRuns(store: RunStore, count: number): Promise<TillRun[]> {
  const seed = createRun(till)
  await recordRun(seed, store).stop()
  const runs: TillRun[] = []
  for (let at = 0; at < count; at++) runs.push(await openShared(store, seed.id, till))
  onTestFinished(() => {
    for (const run of runs) run.close()
  })
  return runs
}

async function openOne(store: RunStore): Promise<TillRun> {
  const [run] = await openRuns(store, 1)
  return run as TillRun
}

async function openTwo(store: RunStore): Promise<[TillRun, TillRun]> {
  return (await openRuns(store, 2)) as [TillRun, TillRun]
}

const paid = (cents: number): TillEvent => ({ type: 'PAID', cents })
const taken = (cents: number): TillEvent => ({ type: 'TAKEN', cents })

describe('apply', () => {
  test('gives the snapshot behind that very batch', async () => {
    const run = await openOne(memoryStore())
    const applied = await Promise.all([run.apply(paid(1)), run.apply([paid(2), paid(3)]), run.apply(paid(4))])
    expect(applied.map(({ snapshot }) => snapshot)).toEqual([
      { state: 1, status: 'active', sequence: 1 },
      { state: 6, status: 'active', sequence: 2 },
      { state: 10, status: 'active', sequence: 3 },
    ])
    expect(applied.map(({ position }) => position)).toEqual([1, 3, 4])
    const records = run.toJSON().records
    expect(applied.map(({ oid }) => oid)).toEqual(records.slice(1).map(({ oid }) => oid))
  })

  test('resolves once the store has it', async () => {
    const { store, hold } = watchedStore()
    const run = await openOne(store)
    const release = hold()
    let settled = false
    const applied = run.apply(paid(1)).finally(() => {
      settled = true
    })
    expect([run.state, run.confirmed.current.state, settled]).toEqual([1, 0, false])
    release()
    expect((await applied).sequence).toBe(1)
    expect(run.confirmed.current).toEqual({ state: 1, status: 'active', sequence: 1 })
  })

  test('gives the place that a batch has at last if another writer was first', async () => {
    const { store } = watchedStore()
    const [one, other] = await openTwo(store)
    await other.apply(paid(10))
    const applied = await one.apply(paid(1))
    expect(applied).toMatchObject({
      sequence: 2,
      snapshot: { state: 11, status: 'active', sequence: 2 },
      position: 2,
    })
  })

  test('rejects with the refusal', async () => {
    const run = await openOne(memoryStore())
    await expect(run.apply(taken(1))).rejects.toMatchObject({ code: 'REFUSED', reason: 'only 0 are there' })
    await expect(run.apply({ type: 3 } as never)).rejects.toMatchObject({ code: 'INVALID_EVENT' })
    expect(run.confirmed.current.sequence).toBe(0)
  })

  test('rejects with the refusal of a batch that no longer fits behind what another writer did', async () => {
    const { store } = watchedStore()
    const [one, other] = await openTwo(store)
    await one.apply(paid(5))
    await other.apply(taken(4))
    const refused = one.apply(taken(3))
    await expect(refused).rejects.toBeInstanceOf(RunError)
    await expect(refused).rejects.toMatchObject({ code: 'REFUSED', reason: 'only 1 are there', sequence: 2 })
  })

  test('judges a refused batch on what the store has, whatever the run has followed', async () => {
    const { store } = watchedStore()
    const [one, other] = await openTwo(store)
    await one.apply(paid(5))
    expect((await other.apply(taken(4))).snapshot).toMatchObject({ state: 1, sequence: 2 })
  })

  test('knows a head that another writer has made', async () => {
    const { store } = watchedStore()
    const [one, other] = await openTwo(store)
    const { oid } = await one.apply(paid(5))
    expect((await other.apply(paid(1), { expectedHead: oid })).sequence).toBe(2)
  })

  test('judges a batch again if the state that it was refused on was lost', async () => {
    const { store, hold } = watchedStore()
    const [one, other] = await openTwo(store)
    await one.apply(paid(5))
    await other.apply(taken(4))
    await other.apply(paid(20))
    const release = hold()
    const first = one.apply(taken(5))
    await expect.poll(() => one.pending).toBe(1)
    // Nothing is left as far as this run knows.
    const second = one.apply(taken(6))
    release()
    expect((await first).snapshot?.state).toBe(16)
    expect((await second).snapshot?.state).toBe(10)
  })

  test('waits with a refusal until what it was judged on is kept', async () => {
    const { store, hold } = watchedStore()
    const run = await openOne(store)
    const release = hold()
    const first = run.apply(paid(1))
    let refused = false
    const second = run.apply(taken(2)).catch(() => {
      refused = true
    })
    await expect.poll(() => run.pending).toBe(1)
    expect(refused).toBe(false)
    release()
    await first
    await second
    expect(refused).toBe(true)
  })

  test('applies nothing if the head is not the expected one', async () => {
    const run = await openOne(memoryStore())
    const { oid } = await run.apply(paid(1), { expectedHead: run.id })
    const refused = run.apply(paid(1), { expectedHead: run.id })
    await expect(refused).rejects.toBeInstanceOf(StoreError)
    await expect(refused).rejects.toMatchObject({ code: 'MOVED', head: { head: oid, sequence: 1 } })
    expect(run.head).toBe(oid)
  })

  test('applies nothing if another writer moves the head meanwhile', async () => {
    const { store } = watchedStore()
    const [one, other] = await openTwo(store)
    const { oid } = await other.apply(paid(10))
    await expect(one.apply(paid(1), { expectedHead: one.id })).rejects.toMatchObject({
      code: 'MOVED',
      head: { head: oid },
    })
    expect([one.head, one.pending, one.state]).toEqual([oid, 0, 10])
  })

  test('of two that expect one head, applies the first', async () => {
    const run = await openOne(memoryStore())
    const results = await Promise.allSettled([
      run.apply(paid(1), { expectedHead: run.id }),
      run.apply(paid(2), { expectedHead: run.id }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(run.state).toBe(1)
  })

  test('ends a run on a fatal refusal, which is that of its sender alone', async () => {
    const run = await openOne(memoryStore())
    await expect(run.apply({ type: 'BROKEN' })).rejects.toMatchObject({ code: 'TRANSITION_FAILED', fatal: true })
    expect(run.confirmed.current.status).toBe('error')
    await expect(run.apply(paid(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('rejects if the run is closed before its batch is kept', async () => {
    const { store, hold } = watchedStore()
    const run = await openOne(store)
    hold()
    const applied = run.apply(paid(1))
    await expect.poll(() => run.pending).toBe(1)
    run.close()
    await expect(applied).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(run.apply(paid(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('applies nothing for an empty batch', async () => {
    const run = await openOne(memoryStore())
    await run.apply(paid(1))
    expect(await run.apply([])).toMatchObject({ sequence: 1, oid: run.head, snapshot: { state: 1 } })
  })
})

describe('apply with a key', () => {
  test('applies a batch once, and says where', async () => {
    const run = await openOne(memoryStore())
    const first = await run.apply(paid(1), { key: 'a', since: 0 })
    await run.apply(paid(2))
    const again = await run.apply(paid(1), { key: 'a', since: 0 })
    expect([first.isRepeated, again.isRepeated]).toEqual([false, true])
    expect([again.sequence, again.oid]).toEqual([first.sequence, first.oid])
    expect(run.state).toBe(3)
  })

  test('applies it once if the same key comes twice at once', async () => {
    const { store, appends } = watchedStore()
    const run = await openOne(store)
    const before = appends()
    const results = await Promise.all(Array.from({ length: 5 }, () => run.apply(paid(1), { key: 'a', since: 0 })))
    expect(results.map(({ sequence }) => sequence)).toEqual([1, 1, 1, 1, 1])
    expect(results.filter(({ isRepeated }) => !isRepeated)).toHaveLength(1)
    expect([run.state, appends() - before]).toEqual([1, 1])
  })

  test('applies it once if two writers get it at the same time', async () => {
    const { store, hold } = watchedStore()
    const [one, other] = await openTwo(store)
    const release = hold()
    const both = Promise.all([one, other].map((run) => run.apply(paid(1), { key: 'a', since: 0 })))
    await expect.poll(() => [one.pending, other.pending]).toEqual([1, 1])
    release()
    const results = await both
    expect(results.map(({ sequence }) => sequence)).toEqual([1, 1])
    expect(results.filter(({ isRepeated }) => isRepeated)).toHaveLength(1)
    expect((await store.head(one.id))?.sequence).toBe(1)
    expect([one.state, other.state]).toEqual([1, 1])
  })

  test('does not judge a batch again that another writer has applied, even if it no longer fits', async () => {
    const { store, hold } = watchedStore()
    const [one, other] = await openTwo(store)
    await one.apply(paid(1))
    await other.catchUp()
    const release = hold()
    const both = Promise.allSettled([one.apply(taken(1), { key: 'k' }), other.apply(taken(1), { key: 'k' })])
    release()
    const results = await both
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect([one.confirmed.current.state, other.confirmed.current.state]).toEqual([0, 0])
  })

  test('asks for its key again if another writer applied it while its receipt was read', async () => {
    const store = memoryStore()
    let between: (() => Promise<unknown>) | undefined
    const slow: RunStore = {
      ...store,
      async receipt(...asked) {
        const receipt = await store.receipt(...asked)
        const act = between
        between = undefined
        await act?.()
        return receipt
      },
    }
    const [one, other] = await openTwo(slow)
    await one.apply(paid(1))
    await other.catchUp()
    between = async () => {
      await other.apply(taken(1), { key: 'k' })
      await one.catchUp()
    }
    expect(await one.apply(taken(1), { key: 'k' })).toMatchObject({ sequence: 2, isRepeated: true })
  })

  test('applies what was sent beside it, whichever of them another writer has', async () => {
    const { store, hold } = watchedStore()
    const [one, other] = await openTwo(store)
    await other.apply(paid(1), { key: 'a', since: 0 })
    const release = hold()
    const all = Promise.all([
      one.apply(paid(10)),
      // Its receipt is not read in this turn, so that the batch before it is pending first.
      one.apply(paid(100)),
    ])
    one.sendWithKey(paid(1), 'a')
    release()
    expect((await all).map(({ snapshot }) => snapshot?.state)).toEqual([11, 111])
    await one.flush()
    expect([one.state, (await store.head(one.id))?.sequence]).toEqual([111, 3])
  })

  test('applies it once if it is kept while the store is asked about the same key again', async () => {
    const { store, holdNext } = lateReceipts()
    const run = await openOne(store)
    const first = run.apply(paid(5), { key: 'a', since: 0 })
    const release = holdNext()
    const again = run.apply(paid(5), { key: 'a', since: 0 })
    const { sequence, oid } = await first
    release()
    expect(await again).toEqual({ isRepeated: true, sequence, oid })
    expect(run.state).toBe(5)
  })

  test('does not refuse what is kept while the store is asked about the same key again', async () => {
    const { store, holdNext } = lateReceipts()
    const run = await openOne(store)
    await run.apply(paid(5))
    const first = run.apply(taken(5), { key: 'a', since: 0 })
    const release = holdNext()
    const again = run.apply(taken(5), { key: 'a', since: 0 })
    const { sequence, oid } = await first
    release()
    expect(await again).toEqual({ isRepeated: true, sequence, oid })
  })

  test('does not refuse what another writer applies while the store is asked about the same key', async () => {
    const { store, holdNext } = lateReceipts()
    const [one, other] = await openTwo(store)
    await one.apply(paid(5))
    const release = holdNext()
    const again = other.apply(taken(5), { key: 'a', since: 0 })
    const { sequence, oid } = await one.apply(taken(5), { key: 'a', since: 0 })
    await other.catchUp()
    release()
    expect(await again).toEqual({ isRepeated: true, sequence, oid })
  })

  test('knows that another writer has applied it, and does not take that for a head that moved', async () => {
    const { store, holdNext } = lateReceipts()
    const [one, other] = await openTwo(store)
    const options = { key: 'a', since: 0, expectedHead: one.id }
    const release = holdNext()
    const again = other.apply(paid(5), options)
    const { sequence, oid } = await one.apply(paid(5), options)
    await other.catchUp()
    release()
    expect(await again).toEqual({ isRepeated: true, sequence, oid })
  })

  test('applies nothing if the receipts do not reach back far enough', async () => {
    const run = await openOne(memoryStore())
    for (let at = 0; at < 1100; at++) run.sendWithKey(paid(1), `key ${at}`)
    await run.flush()
    // Receipts are trimmed by an append.
    await run.apply(paid(1), { key: 'latest', since: 1100 })
    await expect(run.apply(paid(1), { key: 'key 0', since: 0 })).rejects.toMatchObject({ code: 'UNKNOWN' })
    expect(run.state).toBe(1101)
  })

  test('judges a refused batch again', async () => {
    const run = await openOne(memoryStore())
    await expect(run.apply(taken(1), { key: 'a', since: 0 })).rejects.toMatchObject({ code: 'REFUSED' })
    await run.apply(paid(1))
    expect((await run.apply(taken(1), { key: 'a', since: 0 })).isRepeated).toBe(false)
  })
})

describe('the confirmed snapshot of a shared run', () => {
  test('is a port: its subscribers learn of each change once the store has it', async () => {
    const run = await openOne(memoryStore())
    const seen: unknown[] = []
    run.confirmed.subscribe(() => seen.push(run.confirmed.current.state))
    run.in.send(paid(1))
    expect(seen).toEqual([])
    await run.flush()
    expect(seen).toEqual([1])
    const reader = run.confirmed.getReader()
    expect((await reader.read()).value).toEqual({ state: 1, status: 'active', sequence: 1 })
  })
})
