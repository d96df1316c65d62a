/** The run of a name: opened, begun by the first, taken over to a changed machine, or begun anew. */
import { defineMachine, replayRun } from '@xmachines/core'
import { memoryStore, openNamed, type StoredRecord } from '@xmachines/core/store'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { all } from './streams.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const counting = (by: number, version = '1') =>
  defineMachine<number, { type: 'INC' } | { type: 'UP' }>({
    name: 'counter',
    version,
    initial: 0,
    on: by === 0 ? { UP: (count) => count + 1 } : { INC: (count) => count + by },
  })
const counter = counting(1)

describe('the run of a name', () => {
  test('is in memory until it is begun, and is found again after that', async () => {
    const store = memoryStore()
    const { run, begin } = await openNamed(store, 'draft', counter, {})
    run.in.send({ type: 'INC' })
    expect([run.state, run.pending, await store.name('draft'), await store.head(run.id)]).toEqual([
      1,
      1,
      undefined,
      undefined,
    ])
    expect(await begin()).toBe(run)
    expect(await run.flush()).toBe(1)
    run.close()
    const again = await openNamed(store, 'draft', counter, {})
    expect([again.run.id, again.run.state]).toEqual([run.id, 1])
    expect(await again.begin()).toBe(again.run)
    again.run.close()
  })

  test('is that of the one who was first, with what the other had sent', async () => {
    const store = memoryStore()
    const opened = [await openNamed(store, 'draft', counter, {}), await openNamed(store, 'draft', counter, {})]
    for (const { run } of opened) run.in.send({ type: 'INC' })
    const [one, other] = await Promise.all(opened.map(({ begin }) => begin()))
    await Promise.all([one?.flush(), other?.flush()])
    expect(one?.id).toBe(other?.id)
    await vi.waitFor(() => expect([one?.state, other?.state]).toEqual([2, 2]))
    one?.close()
    other?.close()
  })

  test('that no longer replays begins anew, stays in the store, and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.in.send({ type: 'INC' })
    await first.flush()
    first.close()
    const { run, begin } = await openNamed(store, 'draft', counting(1, '2'), {})
    expect(run.state).toBe(0)
    expect(warn.mock.calls[0]?.[0]).toMatch(/It stays in the store, and a new run begins in its place; give migrate/)
    await begin()
    expect(await store.name('draft')).toBe(run.id)
    expect(await all(store.read(first.id, { from: 0 }))).toHaveLength(2)
    run.close()
  })

  test('is migrated: its events are mapped, and old outputs do not fire again', async () => {
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.in.send([{ type: 'INC' }, { type: 'INC' }])
    await first.flush()
    first.close()
    const migrate = vi.fn((records: readonly StoredRecord[]) =>
      records.map((record) =>
        'events' in record ? { ...record, events: record.events.map(() => ({ type: 'UP' })) } : record,
      ),
    )
    const { run, begin } = await openNamed(store, 'draft', counting(0, '2'), { migrate })
    expect(run.state).toBe(2)
    expect(migrate.mock.calls[0]?.[0]).toHaveLength(2)
    await begin()
    expect(run.start).toBe(run.position)
    const again = await openNamed(store, 'draft', counting(0, '2'), {})
    expect([again.run.id, again.run.state]).toEqual([run.id, 2])
    run.close()
    again.run.close()
  })

  test('gets another id if the changed machine has the name, version and initial state of the old one', async () => {
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.in.send({ type: 'INC' })
    await first.flush()
    first.close()
    const up = defineMachine<number, { type: 'INC' }>({
      name: 'counter',
      version: '1',
      initial: 0,
      on: {
        INC: () => {
          throw new Error('no')
        },
      },
    })
    const { run, begin } = await openNamed(store, 'draft', up, {
      migrate: (records) => records.slice(0, 1),
    })
    expect([run.state, run.id === first.id]).toEqual([0, false])
    expect(run.genesis.forkedFrom).toBe(first.id)
    await begin()
    run.close()
  })

  test('begins anew if migrate throws', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.close()
    const { run } = await openNamed(store, 'draft', counting(1, '2'), {
      migrate: () => {
        throw new Error('no idea')
      },
    })
    expect(run.state).toBe(0)
    expect(warn.mock.calls[0]?.[0]).toContain('migrate failed: Error: no idea')
    run.close()
  })
})

describe('the run of a name whose machine has changed', () => {
  async function kept() {
    const store = memoryStore()
    const { run, begin } = await openNamed(store, 'draft', counter, {})
    await begin()
    run.in.send([{ type: 'INC' }, { type: 'INC' }])
    await run.flush()
    run.close()
    return { store, id: run.id }
  }

  test('is migrated by a mapping of its events, and development says what happened', async () => {
    const info = vi.spyOn(console, 'info').mockReturnValue()
    const { store, id } = await kept()
    const { run, begin, setAside } = await openNamed(store, 'draft', counting(0, '2'), {
      migrate: { rename: { INC: 'UP' } },
    })
    await begin()
    expect([run.state, setAside, await store.name('draft')]).toEqual([2, undefined, run.id])
    expect(info.mock.calls[0]?.[0]).toMatch(new RegExp(`^The run ${id} does not open: .*took it over to counter@2`))
    expect(await all(store.read(id, { from: 0 }))).toHaveLength(2)
    run.close()
  })

  test('leaves out what no longer counts, if the mapping takes it', async () => {
    vi.spyOn(console, 'info').mockReturnValue()
    const { store } = await kept()
    const onUnhandled = vi.fn()
    const { run } = await openNamed(store, 'draft', counting(0, '2'), { migrate: { onUnhandled } })
    expect([run.state, run.snapshot.current.sequence]).toEqual([0, 0])
    expect(onUnhandled.mock.calls).toEqual([
      [{ type: 'INC' }, 1],
      [{ type: 'INC' }, 1],
    ])
    run.close()
  })

  test('takes what replayRun gives', async () => {
    vi.spyOn(console, 'info').mockReturnValue()
    const { store } = await kept()
    const next = counting(0, '2')
    const { run } = await openNamed(store, 'draft', next, {
      migrate: (records) => replayRun(next, records, { rename: { INC: 'UP' } }).toJSON(),
    })
    expect(run.state).toBe(2)
    run.close()
  })

  test('begins anew if its data is damaged: a mapping is no repair, and who opens it learns of it', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const { store, id } = await kept()
    const read = store.read.bind(store)
    vi.spyOn(store, 'read').mockImplementation((...given) =>
      read(...given).pipeThrough(
        new TransformStream<StoredRecord, StoredRecord>({
          transform: (record, controller) =>
            controller.enqueue('events' in record ? { ...record, events: [{ type: 'INC' }] } : record),
        }),
      ),
    )
    const { run, setAside } = await openNamed(store, 'draft', counter, { migrate: { rename: {} } })
    expect([run.state, setAside?.id]).toEqual([0, id])
    expect(setAside?.error).toMatchObject({ code: 'HISTORY_MISMATCH', sequence: 1 })
    expect(warn.mock.calls[0]?.[0]).toMatch(/its data is damaged: restore it from a copy/)
    run.close()
  })
})

test('the outputs of the genesis of a new run have not settled, and out delivers them', async () => {
  const store = memoryStore()
  const greeter = defineMachine<string, { type: 'BYE' }, { type: 'hello' }>({
    name: 'greeter',
    version: '1',
    initial: (_input, emit) => {
      emit({ type: 'hello' })
      return 'here'
    },
    on: { BYE: () => 'gone' },
  })
  const { run, begin } = await openNamed(store, 'greeter', greeter, {})
  await begin()
  expect((await all(store.list()))[0]).toMatchObject({ position: 1, settled: 0 })
  expect((await run.out.getReader().read()).value).toEqual({ type: 'hello' })
  run.close()
})

test('two that migrate one run at one moment make one run, and lose nothing of what is sent to either', async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  const store = memoryStore()
  const first = await openNamed(store, 'draft', counter, {})
  await first.begin()
  first.run.in.send({ type: 'INC' })
  await first.run.flush()
  first.run.close()
  const open = () => openNamed(store, 'draft', counting(0, '2'), { migrate: { rename: { INC: 'UP' } } })
  const opened = [await open(), await open()]
  for (const { run } of opened) run.in.send({ type: 'UP' })
  const begun = await Promise.all(opened.map(({ begin }) => begin()))
  await Promise.all(begun.map((run) => run.flush()))
  await vi.waitFor(() => expect(begun.map(({ state }) => state)).toEqual([3, 3]))
  expect(begun[0]?.id).toBe(begun[1]?.id)
  for (const run of begun) run.close()
})

test('a run that was migrated and not named, because its tab was closed, gets the name later', async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  const store = memoryStore()
  const first = await openNamed(store, 'draft', counter, {})
  await first.begin()
  first.run.close()
  const open = () => openNamed(store, 'draft', counting(0, '2'), { migrate: { rename: { INC: 'UP' } } })
  const rename = vi.spyOn(store, 'rename').mockRejectedValueOnce(new Error('the tab is closed'))
  await expect((await open()).begin()).rejects.toThrow('the tab is closed')
  rename.mockRestore()
  const again = await open()
  const run = await again.begin()
  expect(await store.name('draft')).toBe(run.id)
  run.close()
})

describe('a run begins anew and the old one stays in the store, if migrate', () => {
  test.each<[what: string, migrate: unknown, why: RegExp]>([
    ['gives a number', () => 42, /migrate failed: TypeError: the history .* 42/],
    ['gives text', () => 'records', /migrate failed: /],
    ['gives no records', () => ({}), /migrate failed: /],
    ['gives what is no record', () => [null], /migrate failed: /],
    ['gives an empty history', () => [], /migrate failed: .* it is empty/],
    ['gives null', () => null, /migrate gave no records/],
    ['gives undefined', () => undefined, /migrate gave no records/],
    ['gives what the machine does not accept', (records: unknown) => records, /migrate failed: /],
    ['rejects', () => Promise.reject(new Error('no idea')), /migrate failed: Error: no idea/],
    ['throws no error', () => Promise.reject('no idea'), /migrate failed: no idea/],
    ['has a rename that is no object', { rename: 5 }, /migrate failed: TypeError: /],
    ['renames to what nothing handles', { rename: { INC: 'DEC' } }, /migrate failed: /],
  ])('%s', async (_what, migrate, why) => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.in.send({ type: 'INC' })
    await first.flush()
    first.close()
    const strict = defineMachine<number, { type: 'UP' }>({
      name: 'counter',
      version: '2',
      initial: 0,
      unhandled: 'refuse',
      on: { UP: (count) => count + 1 },
    })
    const { run, begin, setAside } = await openNamed(store, 'draft', strict, { migrate: migrate as never })
    expect([run.state, setAside?.id]).toEqual([0, first.id])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]?.[0]).toMatch(why)
    await begin()
    expect(await store.name('draft')).toBe(run.id)
    expect(await all(store.read(first.id, { from: 0 }))).toHaveLength(2)
    run.close()
  })
})

test.each([5, null, 'rename'])('%j is refused as migrate', async (migrate) => {
  await expect(openNamed(memoryStore(), 'draft', counter, { migrate: migrate as never })).rejects.toThrow(
    /migrate .* an object with rename or onUnhandled, or a function/,
  )
})

test.each([
  ['taken over', { rename: { INC: 'UP' } } as const],
  ['set aside', undefined],
])('in production nothing is written on the console if a run is %s', async (_what, migrate) => {
  const store = memoryStore()
  const first = await (await openNamed(store, 'draft', counter, {})).begin()
  first.in.send({ type: 'INC' })
  await first.flush()
  first.close()
  vi.stubEnv('NODE_ENV', 'production')
  const printed = (['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level).mockReturnValue())
  const { run } = await openNamed(store, 'draft', counting(0, '2'), migrate === undefined ? {} : { migrate })
  expect(run.state).toBe(migrate === undefined ? 0 : 1)
  for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  run.close()
})
