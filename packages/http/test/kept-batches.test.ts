/** Batches that are kept, so that a page that is loaded again while the server is away loses none. */
import { connectRun, pendingIn } from '@xmachines/http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serve } from './calls.ts'
import { connectTill, historyOf, lineTo, url } from './client.ts'
import { paid, taken } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

/** What `localStorage` is, in memory. */
function storage() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key: string): string | null => kept.get(key) ?? null,
    setItem: (key: string, text: string): void => void kept.set(key, text),
    removeItem: (key: string): void => void kept.delete(key),
  }
}

type Storage = ReturnType<typeof storage>

/** The same, with promises. */
function slowStorage({ getItem, setItem, removeItem }: Storage) {
  const later = () => new Promise((resolve) => setTimeout(resolve))
  return {
    getItem: (key: string) => later().then(() => getItem(key)),
    setItem: (key: string, text: string) => later().then(() => setItem(key, text)),
    removeItem: (key: string) => later().then(() => removeItem(key)),
  }
}

for (const [kind, of] of [
  ['that answers at once', (store: Storage) => pendingIn(store)],
  ['that answers with promises', (store: Storage) => pendingIn(slowStorage(store))],
] as const) {
  describe(`a store ${kind}`, () => {
    test('has what is pending, and a page that is loaded again sends it first, under the same keys', async () => {
      const served = serve()
      const id = await served.newRun()
      const kept = storage()
      const store = of(kept)
      const away = lineTo(served.handler)
      away.cut = () => 'before'
      const before = await connectTill(served, id, { line: away, options: { store } })
      before.in.send(paid(1))
      before.in.send([paid(2), taken(3)])
      await expect.poll(() => [...kept.kept.values()].join()).toContain('TAKEN')
      before.close()

      const line = lineTo(served.handler)
      const after = await connectTill(served, id, { line, options: { store } })
      after.in.send(paid(5))
      await after.flush()
      await expect.poll(() => after.state.cents).toBe(5)
      expect(after.toJSON().records.slice(1)).toMatchObject([
        { events: [paid(1)] },
        { events: [paid(2), taken(3)] },
        { events: [paid(5)] },
      ])
      await expect.poll(() => kept.kept.size).toBe(0)
    })

    test('applies nothing a second time, if the answer was what was lost', async () => {
      const served = serve()
      const id = await served.newRun()
      await served.patch(id, paid(1))
      const kept = storage()
      const store = of(kept)
      const line = lineTo(served.handler)
      line.cut = ({ method }) => (method === 'PATCH' ? 'after' : 'before')
      const before = await connectTill(served, id, { line, options: { store } })
      before.in.send(taken(1))
      await expect.poll(async () => (await served.store.head(id))?.sequence).toBe(2)
      await expect.poll(() => kept.kept.size).toBe(1)
      before.close()

      // Behind the history that has it, it would be refused. Only the server knows.
      const after = await connectTill(served, id, { options: { store } })
      const refusals = after.err.getReader()
      expect(after.state.cents).toBe(0)
      await expect.poll(() => kept.kept.size).toBe(0)
      expect([after.pending, after.state.cents, after.snapshot.current.sequence]).toEqual([0, 0, 2])
      after.in.send(paid(1))
      await after.flush()
      await refusals.cancel()
      expect((await served.store.head(id))?.sequence).toBe(3)
    })
  })
}

describe('kept batches', () => {
  test('are shown at once, while `initial` is what the server rendered', async () => {
    const served = serve()
    const id = await served.newRun()
    const kept = storage()
    const store = pendingIn(kept)
    const away = lineTo(served.handler)
    away.cut = () => 'before'
    const before = await connectTill(served, id, { line: away, options: { store } })
    before.in.send(paid(1))
    await Promise.resolve()
    before.close()
    const after = await connectTill(served, id, { line: away, options: { store } })
    expect([after.state.cents, after.pending, after.snapshot.initial.state]).toEqual([1, 1, { at: 'open', cents: 0 }])
  })

  test('are refused by the server if they no longer fit', async () => {
    const served = serve()
    const id = await served.newRun()
    await served.patch(id, paid(1))
    const kept = storage()
    const store = pendingIn(kept)
    const away = lineTo(served.handler)
    away.cut = () => 'before'
    const before = await connectTill(served, id, { line: away, options: { store } })
    before.in.send(taken(1))
    await Promise.resolve()
    before.close()
    await served.patch(id, taken(1))
    const after = await connectTill(served, id, { options: { store } })
    const { value } = await after.err.getReader().read()
    expect(value).toMatchObject({ code: 'REFUSED', reason: 'Too little is there.', batch: [taken(1)] })
    expect([after.pending, after.state.cents]).toEqual([0, 0])
  })

  test('of two pages with one store are all sent, and none twice', async () => {
    const served = serve()
    const id = await served.newRun()
    const kept = storage()
    const store = pendingIn(kept)
    const away = lineTo(served.handler)
    away.cut = () => 'before'
    const pages = [
      await connectTill(served, id, { line: away, options: { store } }),
      await connectTill(served, id, { line: away, options: { store } }),
    ]
    pages[0]?.in.send(paid(1))
    await Promise.resolve()
    pages[1]?.in.send(paid(10))
    await Promise.resolve()
    pages[0]?.in.send(paid(100))
    await Promise.resolve()
    const after = await connectTill(served, id, { options: { store } })
    expect([after.pending, after.state.cents]).toEqual([3, 111])
    away.cut = () => undefined
    await Promise.all([after, ...pages].map((run) => run.flush()))
    expect((await served.store.head(id))?.sequence).toBe(3)
    await expect.poll(() => kept.kept.size).toBe(0)
  })

  test('that cannot be read are left out, and a store that throws is done without', async () => {
    const served = serve()
    const id = await served.newRun()
    const kept = storage()
    const store = pendingIn(kept)
    kept.kept.set(`xmachines:${url(id)}`, '[{"key":1},null,"')
    const run = await connectTill(served, id, { options: { store } })
    run.in.send(paid(1))
    await run.flush()
    const full = (): never => {
      throw new DOMException('it is full', 'QuotaExceededError')
    }
    const history = await historyOf(served, id)
    const other = connectRun(url(id), run.machine, {
      history,
      fetch: served.handler,
      store: pendingIn({ getItem: full, setItem: full, removeItem: full }),
    })
    onTestFinished(() => other.close())
    other.in.send(paid(1))
    await other.flush()
    expect(other.state.cents).toBe(2)
  })
})
