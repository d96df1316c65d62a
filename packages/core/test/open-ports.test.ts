/** A set of ports is a duplex: outputs that nobody reads make the writes of that set wait, and nothing else. */
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, finish, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { ending, outcome, settled, take } from './streams.ts'

expectBugs()

/** A set whose `out` is locked and fuller than its high-water mark of 2, and a write that waits for it. */
async function held() {
  const run = createRun(tally)
  const set = run.ports({ highWaterMark: 2 })
  const reader = set.out.getReader()
  const writer = set.in.getWriter()
  await writer.write([add(1), add(1), add(1)])
  const write = writer.write(add(10))
  const before = await outcome(write)
  return { run, set, reader, writer, write, before }
}

describe('if out is locked and more outputs than its high-water mark wait', () => {
  test('a write is applied, and its promise waits until outputs are read', async () => {
    const { run, reader, write, before } = await held()
    expect([before, run.snapshot.current.state]).toEqual(['pending', 13])
    await reader.read()
    expect(await outcome(write)).toBe('pending')
    await reader.read()
    await write
  })

  test('ready waits with it', async () => {
    const { reader, writer, write } = await held()
    expect(await outcome(writer.ready)).toBe('pending')
    await reader.read()
    await reader.read()
    await Promise.all([write, writer.ready])
  })

  test('a close waits with it', async () => {
    const { set, reader, writer } = await held()
    const closed = writer.close()
    expect(await outcome(closed)).toBe('pending')
    reader.releaseLock()
    expect(await take(set.out, 2)).toHaveLength(2)
    await closed
    expect((await ending(set.out)).items).toHaveLength(2)
  })

  test('a single write of more outputs than that does not wait for itself', async () => {
    const run = createRun(tally)
    const set = run.ports({ highWaterMark: 2 })
    set.out.getReader()
    await set.in.getWriter().write([add(), add(), add(), add()])
    expect(run.position).toBe(4)
  })

  test('exactly the high-water mark makes nothing wait', async () => {
    const run = createRun(tally)
    const set = run.ports({ highWaterMark: 2 })
    set.out.getReader()
    const writer = set.in.getWriter()
    await writer.write([add(), add()])
    await writer.write(add())
    expect(await outcome(writer.write(add()))).toBe('pending')
    expect(run.snapshot.current.state).toBe(4)
  })

  test('1,024 is the default high-water mark', async () => {
    const run = createRun(tally)
    const set = run.ports()
    set.out.getReader()
    const writer = set.in.getWriter()
    await writer.write(Array.from({ length: 1024 }, () => add()))
    await writer.write(add())
    expect(await outcome(writer.write(add()))).toBe('pending')
  })

  test('the writes after the one that waits keep their order', async () => {
    const { run, reader, writer, write } = await held()
    const later = [writer.write(add(100)), writer.write(add(1000))]
    const totals = []
    for (let count = 0; count < 6; count++) totals.push((await reader.read()).value?.total)
    await Promise.all([write, ...later])
    expect(totals).toEqual([1, 2, 3, 13, 113, 1113])
    expect(run.snapshot.current.state).toBe(1113)
  })

  test('send never waits', async () => {
    const { run, set, write } = await held()
    set.in.send(add(100))
    expect(run.snapshot.current).toMatchObject({ state: 113, sequence: 3 })
    expect(await outcome(write)).toBe('pending')
  })

  test('nobody else’s in waits', async () => {
    const { run } = await held()
    await run.in.getWriter().write(add(100))
    await run.ports().in.getWriter().write(add(100))
    expect(run.snapshot.current.state).toBe(213)
  })

  test('cancelling out ends the waiting', async () => {
    const { run, reader, write } = await held()
    await reader.cancel()
    await write
    expect(run.snapshot.current.state).toBe(13)
  })

  test('aborting in ends the waiting of what is applied, and errors out', async () => {
    const { run, reader, writer, write } = await held()
    const reason = new Error('gone')
    await writer.abort(reason)
    await write
    expect(run.snapshot.current.state).toBe(13)
    await expect(reader.read()).rejects.toBe(reason)
  })

  test('the end of the run ends the waiting of what is applied', async () => {
    for (const end of [finish, breaks]) {
      const { run, write, writer } = await held()
      run.in.send(end)
      await write
      await expect(writer.write(add())).rejects.toMatchObject({
        code: end === finish ? 'RUN_DONE' : 'TRANSITION_FAILED',
      })
    }
  })

  test('a pipe through the set moves no faster than its reader', async () => {
    const run = createRun(tally)
    let given = 0
    const source = new ReadableStream({
      pull(controller) {
        given++
        controller.enqueue([add(), add(), add()])
      },
    })
    const reader = source.pipeThrough(run.ports({ highWaterMark: 4 })).getReader()
    await settled()
    const early = given
    expect(early).toBeLessThan(8)
    for (let count = 0; count < 30; count++) await reader.read()
    await settled()
    expect(given).toBeGreaterThan(early)
    expect(given).toBeLessThan(early + 14)
  })
})

test('an out that nobody reads makes nothing wait', async () => {
  const run = createRun(tally)
  const set = run.ports({ highWaterMark: 0 })
  expect(set.out.locked).toBe(false)
  const writer = set.in.getWriter()
  for (let round = 0; round < 5; round++) await writer.write([add(), add()])
  expect(run.snapshot.current.state).toBe(10)
  expect(await take(set.out, 10)).toHaveLength(10)
})

describe('a set that was taken by the names readable and writable', () => {
  const counting = () => {
    let cancelled: unknown
    const source = new ReadableStream({
      pull(controller) {
        controller.enqueue(add())
      },
      cancel(reason) {
        cancelled = reason
      },
    })
    return { source, cancelled: () => cancelled }
  }

  test('stops the source if its readable is cancelled', async () => {
    const run = createRun(tally)
    const { source, cancelled } = counting()
    const reader = source.pipeThrough(run.ports({ highWaterMark: 4 })).getReader()
    await reader.read()
    await reader.cancel('enough')
    await settled()
    expect(cancelled()).toBe('enough')
    const { sequence } = run.snapshot.current
    await settled()
    expect(run.snapshot.current).toMatchObject({ sequence, status: 'active' })
  })

  test('taken as out and in, it goes on', async () => {
    const run = createRun(tally)
    const set = run.ports()
    await set.out.cancel('enough')
    await set.in.getWriter().write(add())
    expect(run.state).toBe(1)
  })
})

describe('outputs', () => {
  test('reach every reader once and in order, from where it begins', async () => {
    const run = createRun(tally)
    run.in.send(add(1))
    const late = run.ports()
    run.in.send([add(1), add(1)])
    const start = run.ports({ from: 'start' })
    run.in.send(finish)
    const totals = async (out: ReadableStream<{ total: number }>) => (await ending(out)).items.map(({ total }) => total)
    expect(await totals(run.out)).toEqual([1, 2, 3])
    expect(await totals(late.out)).toEqual([2, 3])
    expect(await totals(start.out)).toEqual([1, 2, 3])
  })

  test('survive a reader that releases its lock, and are not read twice', async () => {
    const run = createRun(tally)
    run.in.send([add(), add(), add(), add()])
    expect((await take(run.out, 2)).map(({ total }) => total)).toEqual([1, 2])
    expect((await take(run.out, 2)).map(({ total }) => total)).toEqual([3, 4])
  })

  test('are the same frozen objects to all, and in a tee', async () => {
    const run = createRun(tally)
    const [one, other] = run.ports().out.tee()
    run.in.send(add())
    const [[first], [second], [third]] = await Promise.all([take(one, 1), take(other, 1), take(run.out, 1)])
    expect(Object.isFrozen(first)).toBe(true)
    expect([second === first, third === first]).toEqual([true, true])
  })
})
