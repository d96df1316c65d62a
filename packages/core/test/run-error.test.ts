/** Refusals: what they say, and how err tells of them. */
import { createRun, RunError } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, fail, finish, runOf, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { ending, take } from './streams.ts'

expectBugs()

describe('a RunError', () => {
  test('is a frozen Error that names code, run, sequence, batch, index, fatality and cause', () => {
    const run = createRun(tally)
    run.in.send(add())
    const error = run.in.send([add(), fail]) as RunError
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(RunError)
    expect(error.name).toBe('RunError')
    expect(Object.isFrozen(error)).toBe(true)
    expect([error.code, error.run, error.sequence, error.index, error.fatal]).toEqual([
      'TRANSITION_FAILED',
      run.id,
      1,
      1,
      false,
    ])
    expect(error.batch).toEqual([add(), fail])
    expect(Object.isFrozen(error.batch)).toBe(true)
    expect(error.cause).toMatchObject({ message: 'asked to fail' })
    expect(error.message).toMatch(/tally@1 .*sequence 1.*event 1 \(FAIL\).*asked to fail/)
  })

  test('has the batch of one event as an array of it', () => {
    expect(createRun(tally).in.send(fail)?.batch).toEqual([fail])
  })

  test('becomes plain data', () => {
    const run = createRun(tally)
    const error = run.in.send(fail) as RunError
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'RunError',
      code: 'TRANSITION_FAILED',
      message: 'tally@1 refused a batch at sequence 0: event 0 (FAIL): its handler threw',
      run: run.id,
      sequence: 0,
      batch: [fail],
      index: 0,
      fatal: false,
    })
    const bare = JSON.parse(JSON.stringify(run.in.send(1 as never))) as object
    for (const absent of ['batch', 'index', 'cause', 'dropped']) expect(bare).not.toHaveProperty(absent)
    expect(JSON.parse(JSON.stringify(run.in.send(breaks)))).toMatchObject({ fatal: true })
  })

  test('survives causes that cannot be shown', () => {
    const run = runOf(() => {
      throw new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error('no')
          },
        },
      )
    })
    expect(JSON.parse(JSON.stringify(run.in.send({ type: 'X' })))).toMatchObject({ code: 'TRANSITION_FAILED' })
  })
})

describe('err', () => {
  test('tells of every refusal but RUN_DONE, once and in order', async () => {
    const run = createRun(tally)
    const given = [run.in.send(fail), run.in.send(1 as never)]
    run.in.send([finish, add()])
    run.in.send(finish)
    run.in.send(add())
    expect(await ending(run.err)).toEqual({ items: given, end: 'closed' })
  })

  test('keeps the latest 256, and a reader that fell behind learns once how many it missed', async () => {
    const run = createRun(tally)
    const set = run.ports()
    const refusals = Array.from({ length: 300 }, () => run.in.send(fail))
    for (const { err } of [run, set]) {
      const [missed, ...kept] = await take(err, 257)
      expect(missed).toMatchObject({ code: 'ERRORS_DROPPED', dropped: 44, fatal: false, run: run.id })
      expect(kept).toEqual(refusals.slice(44))
    }
    const next = run.in.send(fail)
    expect(await take(run.err, 1)).toEqual([next])
  })

  test('drops nothing of 256', async () => {
    const run = createRun(tally)
    const refusals = Array.from({ length: 256 }, () => run.in.send(fail))
    run.in.send(finish)
    expect((await ending(run.err)).items).toEqual(refusals)
  })

  test('counts for each reader what it missed itself', async () => {
    const run = createRun(tally)
    const quick = run.ports()
    const reader = quick.err.getReader()
    for (let round = 0; round < 400; round++) {
      const refusal = run.in.send(fail)
      expect((await reader.read()).value).toBe(refusal)
    }
    expect((await take(run.err, 1))[0]).toMatchObject({ code: 'ERRORS_DROPPED', dropped: 144 })
  })

  test('of another set begins now: from does not rewind it', async () => {
    const run = createRun(tally)
    run.in.send(fail)
    const set = run.ports({ from: 'start' })
    const later = run.in.send(fail)
    run.in.send(finish)
    expect((await ending(set.err)).items).toEqual([later])
    expect((await ending(run.err)).items).toHaveLength(2)
  })

  test('of a set that was closed counts what it missed up to its end', async () => {
    const run = createRun(tally)
    const set = run.ports()
    for (let round = 0; round < 300; round++) run.in.send(fail)
    await set.in.close()
    for (let round = 0; round < 300; round++) run.in.send(fail)
    expect((await ending(set.err)).items).toMatchObject([{ code: 'ERRORS_DROPPED', dropped: 300 }])
  })
})
