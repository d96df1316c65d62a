/** A set of ports is a duplex: outputs that nobody reads hold back the writes of that set, and nothing else. */
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, finish, tally } from './machines.ts'
import { ending, outcome, settled, take } from './streams.ts'

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

describe('where out is locked and more outputs than its high-water mark wait', () => {
  test('that write is applied, and the next one waits until outputs are read', async () => {
    const { run, reader, write, before } = await held()
    expect([before, run.snapshot.current.state]).toEqual(['pending', 3])
    await reader.read()
    await write
    expect(run.snapshot.current.state).toBe(13)
  })

  test('exactly the high-water mark holds nothing back', async () => {
    const run = createRun(tally)
    const set = run.ports({ highWaterMark: 2 })
    set.out.getReader()
    const writer = set.in.getWriter()
    await writer.write([add(), add()])
    await writer.write(add())
    expect(await outcome(writer.write(add()))).toBe('pending')
    expect(run.snapshot.current.state).toBe(3)
  })

  test('1,024 is the high-water mark unless another is given', async () => {
    const run = createRun(tally)
    const set = run.ports()
    set.out.getReader()
    const writer = set.in.getWriter()
    await writer.write(Array.from({ length: 1024 }, () => add()))
    await writer.write(add())
    expect(await outcome(writer.write(add()))).toBe('pending')
  })

  test('writes behind the one that waits keep their order', async () => {
    const { run, reader, writer, write } = await held()
    const behind = [writer.write(add(100)), writer.write(add(1000))]
    const totals = []
    for (let count = 0; count < 6; count++) totals.push((await reader.read()).value?.total)
    await Promise.all([write, ...behind])
    expect(totals).toEqual([1, 2, 3, 13, 113, 1113])
    expect(run.snapshot.current.state).toBe(1113)
  })

  test('send never waits, and applies the write that waits before it', async () => {
    const { run, set, write } = await held()
    set.in.send(add(100))
    expect(run.snapshot.current).toMatchObject({ state: 113, sequence: 3 })
    await write
    expect(run.snapshot.current.sequence).toBe(3)
  })

  test('nobody else’s in waits', async () => {
    const { run } = await held()
    await run.in.getWriter().write(add(100))
    await run.ports().in.getWriter().write(add(100))
    expect(run.snapshot.current.state).toBe(203)
  })

  test('cancelling out lets it go on', async () => {
    const { run, reader, write } = await held()
    await reader.cancel()
    await write
    expect(run.snapshot.current.state).toBe(13)
  })

  test('aborting in drops it, and errors out', async () => {
    const { run, reader, writer, write } = await held()
    const reason = new Error('gone')
    const rejected = write.catch((thrown: unknown) => thrown)
    await writer.abort(reason)
    expect(await rejected).toBe(reason)
    expect(run.snapshot.current.state).toBe(3)
    await expect(reader.read()).rejects.toBe(reason)
  })

  test('the end of the run rejects it', async () => {
    const done = await held()
    done.run.in.send(finish)
    await expect(done.write).rejects.toMatchObject({ code: 'RUN_DONE' })
    const broken = await held()
    const error = broken.run.in.send(breaks)
    await expect(broken.write).rejects.toBe(error)
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

test('an out that nobody reads holds back nothing', async () => {
  const run = createRun(tally)
  const set = run.ports({ highWaterMark: 0 })
  expect(set.out.locked).toBe(false)
  const writer = set.in.getWriter()
  for (let round = 0; round < 5; round++) await writer.write([add(), add()])
  expect(run.snapshot.current.state).toBe(10)
  expect(await take(set.out, 10)).toHaveLength(10)
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

  test('survive a reader that lets go, and are not read twice', async () => {
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
