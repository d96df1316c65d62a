/** The machine ends a run; closing and aborting a port end that port. */
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, fail, finish, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { ending, outcome, settled, streamOf, take } from './streams.ts'

expectBugs()

describe('in.close()', () => {
  test('ends that set: its readables deliver what is left and close', async () => {
    const run = createRun(tally)
    const set = run.ports()
    const writer = set.in.getWriter()
    await writer.write([add(1), add(2)])
    set.in.send(fail)
    await writer.close()
    run.in.send(add(10))
    expect(await ending(set.out)).toEqual({
      items: [
        { type: 'total', total: 1 },
        { type: 'total', total: 3 },
      ],
      end: 'closed',
    })
    expect(await ending(set.err)).toMatchObject({ items: [{ code: 'TRANSITION_FAILED' }], end: 'closed' })
    expect(await ending(set.snapshot)).toEqual({ items: [{ state: 3, status: 'active', sequence: 1 }], end: 'closed' })
  })

  test('leaves the run, its other sets, send, current and subscribe as they were', async () => {
    const run = createRun(tally)
    const set = run.ports()
    await set.in.close()
    let notified = 0
    set.snapshot.subscribe(() => notified++)
    expect(set.in.send(add())).toBeUndefined()
    expect([set.snapshot.current.state, notified, run.snapshot.current.status]).toEqual([1, 1, 'active'])
    await run.in.getWriter().write(add())
    expect((await take(run.out, 2)).at(-1)).toEqual({ type: 'total', total: 2 })
  })

  test('comes after the writes that are queued', async () => {
    const run = createRun(tally)
    const set = run.ports()
    const writer = set.in.getWriter()
    const writes = [writer.write(add(1)), writer.write(add(2)), writer.close()]
    await Promise.all(writes)
    expect((await ending(set.out)).items).toHaveLength(2)
    await expect(writer.write(add())).rejects.toThrow(TypeError)
  })

  test('ends a pipe through the set when its source ends', async () => {
    const set = createRun(tally).ports()
    const piped = streamOf([add(1), add(2)]).pipeThrough({ writable: set.in, readable: set.out })
    expect(await ending(piped)).toMatchObject({ items: [{ total: 1 }, { total: 3 }], end: 'closed' })
  })

  test('closes readables that wait, and those that are touched for the first time later', async () => {
    const run = createRun(tally)
    const set = run.ports()
    const waiting = [set.out.getReader().read(), set.err.getReader().read()]
    await set.in.close()
    for (const read of await Promise.all(waiting)) expect(read.done).toBe(true)
    const untouched = run.ports()
    await untouched.in.close()
    expect(await ending(untouched.out)).toEqual({ items: [], end: 'closed' })
  })
})

describe('in.abort(reason)', () => {
  test('errors that set’s out with the reason, and what was written stays applied', async () => {
    const run = createRun(tally)
    const set = run.ports()
    const reason = new Error('the source failed')
    const writer = set.in.getWriter()
    await writer.write(add(1))
    const written = [writer.write(add(10)), writer.write(add(100))]
    const aborted = writer.abort(reason)
    await expect(writer.write(add(1000))).rejects.toBe(reason)
    await aborted
    expect(await Promise.all(written)).toEqual([undefined, undefined])
    expect(run.snapshot.current).toMatchObject({ state: 111, sequence: 3 })
    expect((await ending(set.out)).end).toBe(reason)
    expect((await ending(set.err)).end).toBe('closed')
    expect((await ending(set.snapshot)).end).toBe('closed')
  })

  test('makes a source that fails unlike one that ended', async () => {
    const set = createRun(tally).ports()
    const reason = new Error('the source failed')
    const source = new ReadableStream({
      start(controller) {
        controller.enqueue(add())
      },
      pull(controller) {
        controller.error(reason)
      },
    })
    expect((await ending(source.pipeThrough(set))).end).toBe(reason)
  })

  test('leaves the run, other sets, send and subscribe as they were', async () => {
    const run = createRun(tally)
    const set = run.ports()
    await set.in.abort('gone')
    expect(set.in.send(add())).toBeUndefined()
    await run.in.getWriter().write(add())
    expect(run.snapshot.current).toEqual({ state: 2, status: 'active', sequence: 2 })
  })

  test('resolves the writes before it', async () => {
    const run = createRun(tally)
    const set = run.ports()
    const writer = set.in.getWriter()
    const written = [writer.write(add(1)), writer.write(add(2))]
    set.in.send(add(4))
    expect(run.snapshot.current.state).toBe(7)
    await writer.abort('gone')
    await Promise.all(written)
    expect(run.snapshot.current).toMatchObject({ state: 7, sequence: 3 })
    expect((await ending(set.out)).end).toBe('gone')
  })

  test('rejects a write after it, and leaves a send after it alone', async () => {
    const run = createRun(tally)
    const set = run.ports()
    const writer = set.in.getWriter()
    const applied = [writer.write(add(1)), writer.write(add(2))]
    set.in.send(add(4))
    const aborted = writer.abort('gone')
    const late = writer.write(add(8)).catch((thrown: unknown) => thrown)
    set.in.send(add(16))
    await Promise.all([...applied, aborted])
    expect(await late).toBe('gone')
    expect(run.snapshot.current).toMatchObject({ state: 23, sequence: 4 })
  })

  test('on a locked port only rejects', async () => {
    const run = createRun(tally)
    const writer = run.in.getWriter()
    const written = [writer.write(add(1)), writer.write(add(2))]
    run.in.send(add(4))
    await expect(run.in.abort('gone')).rejects.toThrow(TypeError)
    await Promise.all([...written, writer.write(add(8))])
    expect(run.snapshot.current.state).toBe(15)
  })
})

describe('completion', () => {
  test('resolves the completing write, and errors every in with RUN_DONE at once', async () => {
    const run = createRun(tally)
    const other = run.ports().in.getWriter()
    const writer = run.in.getWriter()
    const queued = [writer.write(add()), writer.write(finish), writer.write(add()), writer.write(add())]
    const outcomes = await Promise.allSettled(queued)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
    for (const late of outcomes.slice(2)) expect(late).toMatchObject({ reason: { code: 'RUN_DONE' } })
    await expect(other.closed).rejects.toMatchObject({ code: 'RUN_DONE' })
    await expect(run.ports().in.getWriter().write(add())).rejects.toMatchObject({ code: 'RUN_DONE' })
    expect(run.snapshot.current).toEqual({ state: -1, status: 'done', sequence: 2 })
    expect(run.error).toBeUndefined()
  })

  test('lets the readables of every set deliver what is left and close', async () => {
    const run = createRun(tally)
    const set = run.ports()
    run.in.send([add(1), add(2)])
    run.in.send(fail)
    run.in.send(finish)
    expect(run.in.send(add())).toMatchObject({ code: 'RUN_DONE', fatal: false })
    for (const { out, err, snapshot } of [run, set]) {
      expect(await ending(out)).toMatchObject({ items: [{ total: 1 }, { total: 3 }], end: 'closed' })
      expect(await ending(err)).toMatchObject({ items: [{ code: 'TRANSITION_FAILED' }], end: 'closed' })
      expect(await ending(snapshot)).toEqual({ items: [{ state: -1, status: 'done', sequence: 2 }], end: 'closed' })
    }
  })

  test('by a send acknowledges the writes that it applied', async () => {
    const run = createRun(tally)
    const writer = run.in.getWriter()
    const writes = [writer.write(add(1)), writer.write(add(2))]
    expect(run.in.send(finish)).toBeUndefined()
    await Promise.all(writes)
    await expect(writer.write(add())).rejects.toMatchObject({ code: 'RUN_DONE' })
    expect(run.snapshot.current).toEqual({ state: -1, status: 'done', sequence: 3 })
  })

  test('by a write makes a later send answer RUN_DONE', async () => {
    const run = createRun(tally)
    const write = run.in.getWriter().write(finish)
    expect(run.in.send(add())).toMatchObject({ code: 'RUN_DONE' })
    await write
    expect(run.snapshot.current.sequence).toBe(1)
  })

  test('ends pipes into the run', async () => {
    const run = createRun(tally)
    const pipe = streamOf([add(), finish, add(), add()]).pipeTo(run.in)
    await expect(pipe).rejects.toMatchObject({ code: 'RUN_DONE' })
    expect(run.snapshot.current.sequence).toBe(2)
  })
})

describe('a reader that asked several times before there was anything', () => {
  test('gets every output before the fatal error', async () => {
    const run = createRun(tally)
    const reader = run.out.getReader()
    const reads = [reader.read()]
    await settled()
    reads.push(reader.read())
    await settled()
    run.in.send(add(1))
    run.in.send(add(1))
    run.in.send(add(1))
    const error = run.in.send(breaks)
    expect((await Promise.all(reads)).map(({ value }) => value?.total)).toEqual([1, 2])
    expect((await reader.read()).value?.total).toBe(3)
    await expect(reader.read()).rejects.toBe(error)
  })

  test('gets no stale snapshot afterwards', async () => {
    const run = createRun(tally)
    const reader = run.snapshot.getReader()
    await reader.read()
    const reads = [reader.read()]
    await settled()
    reads.push(reader.read())
    await settled()
    for (let at = 0; at < 5; at++) run.in.send(add(1))
    await Promise.all(reads)
    expect((await reader.read()).value?.state).toBe(5)
  })
})

describe('a fatal error', () => {
  test('rejects that write, every later one and send with that error', async () => {
    const run = createRun(tally)
    const other = run.ports().in.getWriter()
    const writer = run.in.getWriter()
    await writer.write(add(1))
    const thrown = await writer.write(breaks).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'TRANSITION_FAILED', fatal: true, sequence: 1 })
    expect(run.error).toBe(thrown)
    expect(run.in.send(add())).toBe(thrown)
    for (const late of [writer, other, run.ports().in.getWriter()]) await expect(late.write(add())).rejects.toBe(thrown)
  })

  test('is delivered by err, which closes; errors out after what is left; and is the last snapshot', async () => {
    const run = createRun(tally)
    const set = run.ports()
    run.in.send(add(1))
    run.in.send(fail)
    const error = run.in.send(breaks)
    for (const { out, err, snapshot } of [run, set]) {
      expect(await ending(out)).toEqual({ items: [{ type: 'total', total: 1 }], end: error })
      const errors = await ending(err)
      expect([errors.items.length, errors.items[1], errors.end]).toEqual([2, error, 'closed'])
      const last = {
        state: 1,
        status: 'error',
        sequence: 1,
        error: { code: error?.code, message: error?.toJSON()['message'] },
      }
      expect(await ending(snapshot)).toEqual({ items: [last], end: 'closed' })
    }
  })

  test('reaches readers that wait', async () => {
    const run = createRun(tally)
    const [out, err, snapshot] = [run.out.getReader(), run.err.getReader(), run.snapshot.getReader()]
    await snapshot.read()
    const reads = [out.read().catch((thrown: unknown) => thrown), err.read(), snapshot.read()]
    const error = run.in.send(breaks)
    const [fromOut, fromErr, fromSnapshot] = await Promise.all(reads)
    expect(fromOut).toBe(error)
    expect((fromErr as { value: unknown }).value).toBe(error)
    expect(fromSnapshot).toMatchObject({ value: { status: 'error', error: { code: 'TRANSITION_FAILED' } } })
    expect((await err.read()).done).toBe(true)
    expect((await snapshot.read()).done).toBe(true)
  })

  test('that a send brought about rejects the queued write that was fatal, and resolves the one before it', async () => {
    const run = createRun(tally)
    const writer = run.in.getWriter()
    const writes = [writer.write(add(1)), writer.write(breaks), writer.write(add(2))]
    const error = run.in.send(add(4))
    expect(error).toMatchObject({ fatal: true })
    const [applied, fatal, late] = await Promise.allSettled(writes)
    expect([applied?.status, fatal, late]).toEqual([
      'fulfilled',
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ])
    expect(run.snapshot.current).toMatchObject({ state: 1, status: 'error', sequence: 1 })
  })

  test('is no part of the history', async () => {
    const run = createRun(tally)
    run.in.send(add(1))
    const before = JSON.stringify(run)
    run.in.send(breaks)
    expect(JSON.stringify(run)).toBe(before)
  })

  test('does not end a set twice that has been closed before', async () => {
    const run = createRun(tally)
    const set = run.ports()
    run.in.send(add(1))
    await set.in.close()
    run.in.send(breaks)
    expect(await ending(set.out)).toMatchObject({ items: [{ total: 1 }], end: 'closed' })
    expect(await outcome(set.in.close())).toMatchObject({ rejected: expect.any(TypeError) })
    await settled()
  })
})
