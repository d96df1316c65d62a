/** A host: each run is opened once, written to from several servers, and its outputs are handled once. */

import type { AnyMachine } from '@xmachines/core'
import { createRun, defineMachine } from '@xmachines/core'
import { memoryStore, type RunStore, recordRun } from '@xmachines/core/store'
import { type HeldRun, type Host, type HostedMachine, type HostOptions, hosted, openHost } from '@xmachines/http/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { order, paid, taken, till } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

function open(
  store: RunStore = memoryStore(),
  options: HostOptions = {},
  machines: readonly (AnyMachine | HostedMachine)[] = [till, order],
): Host {
  const host = openHost(store, machines, options)
  onTestFinished(() => host.close())
  return host
}

async function newRun(host: Host, machine: AnyMachine = till): Promise<string> {
  return (await host.create(machine)).snapshot.run
}

describe('a host', () => {
  test('creates runs and keeps them', async () => {
    const store = memoryStore()
    const host = open(store)
    const { snapshot, isNew } = await host.create(till, { input: { cents: 5 } })
    expect(isNew).toBe(true)
    expect(snapshot).toMatchObject({ state: { at: 'open', cents: 5 }, sequence: 0, head: snapshot.run, position: 0 })
    expect(await store.head(snapshot.run)).toEqual({ head: snapshot.run, sequence: 0 })
  })

  test('creates a run of a known id once', async () => {
    const host = open()
    const options = { createdAt: 1_700_000_000, nonce: new Uint8Array(16) }
    const first = await host.create(till, options)
    const again = await host.create(till, options)
    expect([first.isNew, again.isNew]).toEqual([true, false])
    expect(again.snapshot).toEqual(first.snapshot)
  })

  test('opens a run once, however many ask at the same time', async () => {
    const store = memoryStore()
    const id = await newRun(open(store))
    const read = vi.spyOn(store, 'read')
    const host = open(store)
    const held = await Promise.all(Array.from({ length: 20 }, () => host.hold(id)))
    // Following reads as well, but not from the beginning.
    expect(read.mock.calls.filter(([, { from }]) => from === 0)).toHaveLength(1)
    expect(host.open).toBe(1)
    for (const run of held) run.release()
  })

  test('does not have a run that the store does not have, or whose machine it does not serve', async () => {
    const store = memoryStore()
    const elsewhere = open(store)
    const id = await newRun(elsewhere, order)
    const host = open(store, {}, [till])
    for (const unknown of ['0'.repeat(40), id]) {
      await expect(host.hold(unknown)).rejects.toMatchObject({ name: 'HostError', code: 'NOT_FOUND' })
    }
    expect(host.open).toBe(0)
  })

  test('gives each writer the snapshot behind its own batch', async () => {
    const host = open()
    const run = await host.hold(await newRun(host))
    const written = await Promise.all([1, 2, 3].map((cents) => run.write([paid(cents)])))
    expect(written.map(({ snapshot }) => [snapshot.sequence, snapshot.state])).toEqual([
      [1, { at: 'open', cents: 1 }],
      [2, { at: 'open', cents: 3 }],
      [3, { at: 'open', cents: 6 }],
    ])
    expect(run.latest).toEqual(written[2]?.snapshot)
    run.release()
  })

  test('shows only what is recorded', async () => {
    const store = memoryStore()
    const host = open(store)
    const run = await host.hold(await newRun(host))
    const { append } = store
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    store.append = async (...given) => {
      await gate
      await append(...given)
    }
    const writing = run.write([paid(1)])
    expect(run.latest.sequence).toBe(0)
    release()
    expect((await writing).snapshot.sequence).toBe(1)
    expect(run.latest.sequence).toBe(1)
    run.release()
  })

  test('answers a key that was used as the first time, at another server and after it was opened anew', async () => {
    const store = memoryStore()
    const one = open(store)
    const id = await newRun(one)
    const first = await one.hold(id)
    const written = await first.write([paid(1), paid(2)], { key: 'a' })
    await first.write([paid(4)])
    const again = await first.write([paid(1), paid(2)], { key: 'a' })
    const other = await open(store).hold(id)
    const elsewhere = await other.write([paid(1), paid(2)], { key: 'a' })
    expect([written.isRepeated, again.isRepeated, elsewhere.isRepeated]).toEqual([false, true, true])
    expect(again.snapshot).toEqual(written.snapshot)
    expect(elsewhere.snapshot).toEqual(written.snapshot)
    expect(other.latest.sequence).toBe(2)
  })

  test('refuses a key that was used for other events', async () => {
    const host = open()
    const run = await host.hold(await newRun(host))
    await run.write([paid(1)], { key: 'a' })
    await expect(run.write([paid(2)], { key: 'a' })).rejects.toMatchObject({ code: 'KEY_REUSED', sequence: 1 })
    expect(run.latest.sequence).toBe(1)
  })

  test('keeps keys of requests apart from those of answers', async () => {
    const host = open()
    const id = await newRun(host)
    const run = await host.hold(id)
    expect((await run.write([paid(1)], { key: `${id}/0` })).isRepeated).toBe(false)
    expect((await run.write([paid(1)], { key: `${id}/0` })).isRepeated).toBe(true)
  })

  test('applies nothing if the head is not the expected one', async () => {
    const host = open()
    const id = await newRun(host)
    const run = await host.hold(id)
    const { snapshot } = await run.write([paid(1)], { expectedHead: id })
    await expect(run.write([paid(1)], { expectedHead: id })).rejects.toMatchObject({
      code: 'HEAD_MOVED',
      head: snapshot.head,
      sequence: 1,
    })
  })

  test('refuses writes while too many wait for the store', async () => {
    const store = memoryStore()
    const host = open(store, { maxUnrecorded: 2 })
    const run = await host.hold(await newRun(host))
    const { append } = store
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    store.append = async (...given) => {
      await gate
      await append(...given)
    }
    const writing = [run.write([paid(1)]), run.write([paid(1)])]
    await vi.waitFor(() => expect(run.write([paid(1)])).rejects.toMatchObject({ code: 'BUSY', retryAfter: 1 }))
    release()
    await Promise.all(writing)
  })

  test('opens a run anew after a fatal end, for the same followers', async () => {
    const host = open()
    const run = await host.hold(await newRun(host))
    const seen: string[] = []
    run.follow(() => seen.push(`${run.latest.status} ${run.latest.sequence}`))
    await run.write([paid(1)])
    await expect(run.write([{ type: 'FATAL' }])).rejects.toMatchObject({ code: 'TRANSITION_FAILED', fatal: true })
    expect((await run.write([paid(1)])).snapshot).toMatchObject({ sequence: 2, status: 'active' })
    expect(seen).toEqual(['active 1', 'error 1', 'active 1', 'active 2'])
    run.release()
  })

  test('closes runs that nobody uses, and opens them again', async () => {
    const host = open(memoryStore(), { idleMs: 20 })
    const id = await newRun(host)
    const run = await host.hold(id)
    await run.write([paid(1)])
    run.release()
    await vi.waitFor(() => expect(host.open).toBe(0))
    expect((await host.hold(id)).latest.sequence).toBe(1)
  })

  test('opens no more runs than it may', async () => {
    const host = open(memoryStore(), { maxOpen: 2 })
    const ids = [await newRun(host), await newRun(host), await newRun(host)] as [string, string, string]
    const one = await host.hold(ids[0])
    const other = await host.hold(ids[1])
    await expect(host.hold(ids[2])).rejects.toMatchObject({ code: 'BUSY' })
    one.release()
    const third = await host.hold(ids[2])
    expect(host.open).toBe(2)
    for (const run of [other, third]) run.release()
  })

  test.each([
    ['that was closed because others are open', 2],
    ['that ended fatally', 1],
  ])('steps only what is new when it opens a run again %s', async (_how, sequence) => {
    const steps = vi.fn()
    const counted = defineMachine<number, { type: 'INC' | 'FATAL' }>({
      name: 'counted',
      version: '1',
      initial: 0,
      on: {
        INC(count) {
          steps()
          return count + 1
        },
        FATAL() {
          throw new Error('a bug')
        },
      },
      isFatal: ({ batch }) => batch?.some((event) => (event as { type: string }).type === 'FATAL') === true,
    })
    const store = memoryStore()
    const options = { checkDeterminism: false, maxOpen: 1 }
    const [host, elsewhere] = [open(store, options, [counted]), open(store, options, [counted])]
    const [id, another] = [await newRun(host, counted), await newRun(host, counted)]
    const run = await host.hold(id)
    for (let count = 0; count < 50; count++) await run.write([{ type: 'INC' }])
    const { head } = run.latest
    if (sequence === 1) await expect(run.write([{ type: 'FATAL' }])).rejects.toMatchObject({ fatal: true })
    run.release()
    if (sequence === 2) (await host.hold(another)).release()
    steps.mockClear()

    const again = await host.hold(id)
    expect(again.latest).toMatchObject({ state: 50, sequence: 50, head, status: 'active' })
    expect(steps).not.toHaveBeenCalled()
    expect(await again.records(0, 100)).toHaveLength(51)
    again.release()
    ;(await host.hold(another)).release()

    const other = await elsewhere.hold(id)
    for (let count = 0; count < 3; count++) await other.write([{ type: 'INC' }])
    steps.mockClear()
    const later = await host.hold(id)
    expect(later.latest).toMatchObject({ state: 53, head: other.latest.head })
    expect(steps).toHaveBeenCalledTimes(3)
    for (const held of [other, later]) held.release()
  })

  test('appends batches together that come at the same moment', async () => {
    const store = memoryStore()
    const host = open(store)
    const id = await newRun(host)
    const run = await host.hold(id)
    const append = vi.spyOn(store, 'append')
    const written = await Promise.all(Array.from({ length: 64 }, () => run.write([paid(1)])))
    expect(append).toHaveBeenCalledTimes(1)
    expect(written.map(({ snapshot }) => snapshot.sequence)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1))
    run.release()
  })

  test('remembers no more closed runs than it may', async () => {
    const store = memoryStore()
    const read = vi.spyOn(store, 'read')
    const host = open(store, { maxOpen: 1, maxRemembered: 1 })
    const ids = [await newRun(host), await newRun(host), await newRun(host)]
    const wholes = (): number => read.mock.calls.filter(([, { from }]) => from === 0).length
    const use = async (...used: (string | undefined)[]): Promise<void> => {
      for (const id of used) (await host.hold(id ?? '')).release()
    }
    await use(...ids)
    expect(wholes()).toBe(3)
    await use(ids[1])
    expect(wholes()).toBe(3)
    await use(ids[0])
    expect(wholes()).toBe(4)
  })

  test('opens a run from its beginning after what it remembered did not fit the store', async () => {
    const store = memoryStore()
    const host = open(store, { maxOpen: 1 })
    const [id, another] = [await newRun(host), await newRun(host)]
    const run = await host.hold(id)
    await run.write([paid(1)])
    run.release()
    ;(await host.hold(another)).release()
    const head = vi.spyOn(store, 'head').mockResolvedValue({ head: id, sequence: 0 })
    await expect(host.hold(id)).rejects.toMatchObject({ code: 'CORRUPT' })
    head.mockRestore()
    const read = vi.spyOn(store, 'read')
    expect((await host.hold(id)).latest.sequence).toBe(1)
    expect(read).toHaveBeenCalledWith(id, { from: 0 })
  })

  test('takes documents: new, known, further, changed, and of another continuation', async () => {
    const host = open()
    const source = createRun(till)
    source.in.send(paid(1))
    const short = JSON.parse(JSON.stringify(source))
    source.in.send(paid(2))
    const long = JSON.parse(JSON.stringify(source))
    expect((await host.take(short)).isNew).toBe(true)
    expect((await host.take(short)).isNew).toBe(false)
    expect(await host.take(long)).toMatchObject({ isNew: false, snapshot: { head: source.head, sequence: 2 } })
    expect(await host.take(short)).toMatchObject({ isNew: false })
    const run = await host.hold(source.id)
    expect(run.latest.head).toBe(source.head)
    const changed = structuredClone(long)
    changed.records[2].events[0].cents = 200
    await expect(host.take(changed)).rejects.toMatchObject({ code: 'HISTORY_MISMATCH' })
    await expect(host.take({})).rejects.toMatchObject({ name: expect.stringMatching(/Error/) })
    source.in.send(paid(3))
    await run.write([taken(1)])
    await expect(host.take(JSON.parse(JSON.stringify(source)))).rejects.toMatchObject({ code: 'DIVERGED' })
    run.release()
  })

  test('refuses wrong options and machines', () => {
    expect(() => openHost(memoryStore(), [till, order, till])).toThrow('till@1 is given twice')
    expect(() => openHost(memoryStore(), [{} as never])).toThrow(TypeError)
    expect(() => openHost(memoryStore(), [till], { maxOpen: Number.NaN })).toThrow('maxOpen is NaN')
  })

  test('finishes what is under way when it is closed, and takes nothing more', async () => {
    const store = memoryStore()
    const host = open(store)
    const id = await newRun(host)
    const run = await host.hold(id)
    const writing = run.write([paid(1)])
    await host.close()
    expect((await writing).snapshot.sequence).toBe(1)
    await expect(run.write([paid(1)])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(host.hold(id)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect((await store.head(id))?.sequence).toBe(1)
  })

  test('closes within its time if the store does not answer, and says that a write is not kept', async () => {
    const store = memoryStore()
    const stuck: RunStore = { ...store, append: () => new Promise(() => undefined) }
    const id = await newRun(open(store))
    const host = open(stuck, { drainMs: 1 })
    const run = await host.hold(id)
    const writing = run.write([paid(1)])
    const refused = expect(writing).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await host.close()
    await refused
    expect(host.open).toBe(0)
    expect((await store.head(id))?.sequence).toBe(0)
  })
})

describe('two hosts on one store', () => {
  test('apply each batch once, and end at one head', async () => {
    const store = memoryStore()
    const hosts = [open(store), open(store)]
    const id = await newRun(hosts[0] as Host)
    const runs = await Promise.all(hosts.map((host) => host.hold(id)))
    const written = await Promise.all(
      Array.from({ length: 200 }, (_, at) => (runs[at % 2] as HeldRun).write([paid(1)], { key: `key ${at % 150}` })),
    )
    expect(new Set(written.map(({ snapshot }) => snapshot.sequence)).size).toBe(150)
    expect((await store.head(id))?.sequence).toBe(150)
    for (const run of runs) {
      await run.catchUp()
      expect(run.latest).toMatchObject({ sequence: 150, state: { cents: 150 } })
    }
  })
})

describe('outputs', () => {
  const charging = (keys: string[], by: string) =>
    hosted(order, {
      outputs: {
        charge: async (_output, { key }) => {
          keys.push(key)
          return { type: 'PAID', by }
        },
      },
    })

  test('are handled once, by one of two servers', async () => {
    const store = memoryStore()
    const keys: string[] = []
    const hosts = [
      open(store, { ttl: 60_000 }, [charging(keys, 'one')]),
      open(store, { ttl: 60_000 }, [charging(keys, 'other')]),
    ]
    const id = await newRun(hosts[0] as Host, order)
    const runs = await Promise.all(hosts.map((host) => host.hold(id)))
    for (let at = 0; at < 6; at++) await runs[at % 2]?.write([{ type: 'PAY', cents: at }])
    for (const run of runs) {
      await vi.waitFor(() => expect(run.latest.state).toMatchObject({ asked: 6, paid: { length: 6 } }))
    }
    expect(keys.toSorted()).toEqual(Array.from({ length: 6 }, (_, at) => `${id}/${at}`))
  })

  test('that a server left behind are found and handled', async () => {
    const store = memoryStore()
    const id = await newRun(open(store), order)
    // This server handles nothing.
    const run = await open(store).hold(id)
    await run.write([{ type: 'PAY', cents: 1 }])
    const keys: string[] = []
    open(store, {}, [charging(keys, 'late')])
    await vi.waitFor(() => expect(run.latest.state).toMatchObject({ paid: ['late'] }))
    expect(keys).toEqual([`${id}/0`])
  })

  test('are handled again if a handler throws, and the error is reported', async () => {
    const errors: unknown[] = []
    let tries = 0
    const flaky = hosted(order, {
      outputs: {
        charge: () => {
          tries += 1
          if (tries === 1) throw new Error('the bank is closed')
          return { type: 'PAID', by: 'bank' }
        },
      },
    })
    const host = open(memoryStore(), { onError: (error) => errors.push(error) }, [flaky])
    const run = await host.hold(await newRun(host, order))
    await run.write([{ type: 'PAY', cents: 1 }])
    await vi.waitFor(() => expect(run.latest.state).toMatchObject({ paid: ['bank'] }))
    expect(errors).toMatchObject([{ message: 'the bank is closed' }])
  })

  test('that are being handled when a host closes are handled by the next', async () => {
    const store = memoryStore()
    const slow = hosted(order, {
      outputs: {
        charge: (_output, { signal }) =>
          new Promise<undefined>((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')))
          }),
      },
    })
    const host = open(store, {}, [slow])
    const id = await newRun(host, order)
    const run = await host.hold(id)
    await run.write([{ type: 'PAY', cents: 1 }])
    await host.close()
    const keys: string[] = []
    const next = await open(store, {}, [charging(keys, 'next')]).hold(id)
    await vi.waitFor(() => expect(next.latest.state).toMatchObject({ paid: ['next'] }))
  })
})

test('a run that was recorded otherwise is served as well', async () => {
  const store = memoryStore()
  const run = createRun(till)
  run.in.send(paid(3))
  await recordRun(run, store).stop()
  const held = await open(store).hold(run.id)
  expect(held.latest).toEqual({ run: run.id, head: run.head, position: 0, ...run.snapshot.current })
  held.release()
})
