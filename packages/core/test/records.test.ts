/** The history as others see it: records, the stream of them, and the document that holds them all. */
import { type BatchRecord, createRun, type HistoryRecord } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, fail, finish, machineOf, repeatable, type TallyEvent, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { all, ending, outcome, take } from './streams.ts'

expectBugs()

const events = (records: HistoryRecord<TallyEvent>[]) =>
  records.map((record) => (record as BatchRecord<TallyEvent>).events)

describe('history', () => {
  test('is the genesis record, then one record a batch, each naming the commit before it', async () => {
    const run = createRun(tally, repeatable)
    run.in.send(add(1))
    run.in.send(fail)
    run.in.send([add(2), add(3)])
    const [genesis, ...batches] = await all(run.history())
    expect(genesis).toEqual({
      oid: run.id,
      format: 'sha1',
      machine: { name: 'tally', version: '1', oid: expect.stringMatching(/^[0-9a-f]{40}$/) },
      createdAt: 1_700_000_000,
      nonce: '000102030405060708090a0b0c0d0e0f',
    })
    expect(genesis).toEqual(run.genesis)
    const [first, second] = batches as BatchRecord<TallyEvent>[]
    expect(first).toEqual({ oid: first?.oid, parent: run.id, events: [add(1)] })
    expect(second).toEqual({ oid: run.head, parent: first?.oid, events: [add(2), add(3)] })
  })

  test('holds the input, if there is one', async () => {
    const run = createRun(
      machineOf((state) => state, { initial: (input: unknown) => input }),
      { input: [1, { a: 2 }] },
    )
    expect((await all(run.history()))[0]).toMatchObject({ input: [1, { a: 2 }] })
    expect('input' in createRun(tally).genesis).toBe(false)
  })

  test('ends with the latest batch of the moment when it was called', async () => {
    const run = createRun(tally)
    run.in.send(add())
    const history = run.history()
    run.in.send(add())
    expect(await all(history)).toHaveLength(2)
  })

  test('begins at a sequence', async () => {
    const run = createRun(tally)
    for (const by of [1, 2, 3]) run.in.send(add(by))
    expect(events(await all(run.history({ from: 2 })))).toEqual([[add(2)], [add(3)]])
    expect(await all(run.history({ from: 4 }))).toEqual([])
    for (const from of [-1, 5, 0.5, Number.NaN, '1']) {
      expect(() => run.history({ from: from as number })).toThrow(RangeError)
    }
  })

  test('that follows continues as batches are committed, and ends with completion', async () => {
    const run = createRun(tally)
    run.in.send(add(1))
    const reader = run.history({ from: 1, follow: true }).getReader()
    expect((await reader.read()).value).toMatchObject({ events: [add(1)] })
    const next = reader.read()
    expect(await outcome(next)).toBe('pending')
    run.in.send(fail)
    run.in.send([add(2), add(3)])
    expect((await next).value).toMatchObject({ events: [add(2), add(3)] })
    run.in.send(finish)
    expect((await reader.read()).value).toMatchObject({ events: [finish] })
    expect((await reader.read()).done).toBe(true)
  })

  test('that follows ends with a fatal error, whether its reader waits or comes later', async () => {
    const run = createRun(tally)
    const [waiting, idle] = [run.history({ follow: true }).getReader(), run.history({ follow: true }).getReader()]
    for (const reader of [waiting, idle]) await reader.read()
    const read = waiting.read()
    run.in.send(breaks)
    expect((await read).done).toBe(true)
    expect((await idle.read()).done).toBe(true)
    expect(await ending(run.history({ follow: true }))).toMatchObject({ items: [run.genesis], end: 'closed' })
  })

  test('can be read by any number of readers, each from its own place', async () => {
    const run = createRun(tally)
    for (let by = 0; by < 5; by++) run.in.send(add(by))
    expect(await take(run.history(), 3)).toEqual((await all(run.history())).slice(0, 3))
  })

  test('is frozen to its last member', async () => {
    const run = createRun(tally)
    run.in.send([add(), add()])
    for (const record of await all(run.history())) expectFrozen(record)
    expectFrozen(run.toJSON())
  })
})

describe('toJSON', () => {
  test('is the whole history as one document of plain data', async () => {
    const run = createRun(tally)
    run.in.send(add())
    run.in.send([add(), add()])
    expect(run.toJSON()).toEqual({
      format: 'xmachines/1',
      records: await all(run.history()),
      sequence: 2,
      head: run.head,
      state: expect.stringMatching(/^[0-9a-f]{40}$/),
    })
    expect(JSON.parse(JSON.stringify(run))).toEqual(run.toJSON())
  })

  test('stays as it was while the run continues', () => {
    const run = createRun(tally)
    const early = run.toJSON()
    const text = JSON.stringify(early)
    run.in.send(add())
    expect(JSON.stringify(early)).toBe(text)
    expect(run.toJSON()).not.toEqual(early)
  })
})

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  expect(Object.isFrozen(value)).toBe(true)
  for (const member of Object.values(value)) expectFrozen(member)
}
