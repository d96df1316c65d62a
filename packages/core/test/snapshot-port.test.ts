/** The snapshot port: the latest wins, in the stream, in its branches, at once and by subscription. */
import { createRun, restoreRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, fail, finish, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { ending, outcome, take } from './streams.ts'

expectBugs()

describe('a reader of snapshots', () => {
  test('gets the newest at once, then each newer one when it asks', async () => {
    const run = createRun(tally)
    run.in.send(add(1))
    const reader = run.snapshot.getReader()
    expect((await reader.read()).value).toEqual({ state: 1, status: 'active', sequence: 1 })
    const next = reader.read()
    expect(await outcome(next)).toBe('pending')
    run.in.send(add(1))
    expect((await next).value?.sequence).toBe(2)
  })

  test('that is slow skips stale snapshots, even those that came between its request and its read', async () => {
    const run = createRun(tally)
    const reader = run.snapshot.getReader()
    await reader.read()
    for (let round = 0; round < 10; round++) run.in.send(add())
    expect((await reader.read()).value?.sequence).toBe(10)
    await run.in.getWriter().write(add())
    expect((await reader.read()).value?.sequence).toBe(11)
  })

  test('gets the newest, also if the reader before it left while it waited', async () => {
    const run = createRun(tally)
    const left = run.snapshot.getReader()
    await left.read()
    const asked = left.read()
    expect(await outcome(asked)).toBe('pending')
    left.releaseLock()
    await expect(asked).rejects.toThrow()
    const writer = run.in.getWriter()
    for (let round = 0; round < 3; round++) await writer.write(add(1))
    expect((await run.snapshot.getReader().read()).value?.sequence).toBe(3)
  })

  test('gets current itself, and nothing for a refusal', async () => {
    const run = createRun(tally)
    const reader = run.snapshot.getReader()
    expect((await reader.read()).value).toBe(run.snapshot.current)
    run.in.send(fail)
    expect(await outcome(reader.read())).toBe('pending')
  })

  test('sees the end: the last one, and the close', async () => {
    const run = createRun(tally)
    const read = (async () => {
      const seen = []
      for await (const { status, sequence } of run.snapshot) seen.push([status, sequence])
      return seen
    })()
    await run.in.getWriter().write(add())
    await run.ports().in.getWriter().write(finish)
    expect((await read).at(-1)).toEqual(['done', 2])
  })
})

describe('tee', () => {
  test('gives two branches in which the latest wins too, and buffers nothing', async () => {
    const run = createRun(tally)
    const [one, other] = run.snapshot.tee()
    const [first, second] = [one.getReader(), other.getReader()]
    expect((await first.read()).value?.sequence).toBe(0)
    for (let round = 0; round < 5; round++) {
      run.in.send(add())
      expect((await first.read()).value?.sequence).toBe(round + 1)
    }
    expect((await second.read()).value?.sequence).toBe(5)
    expect(await outcome(second.read())).toBe('pending')
  })

  test('locks the port, continues where it was, and can be done again on a branch', async () => {
    const run = createRun(tally)
    await take(run.snapshot, 1)
    const [one] = run.snapshot.tee()
    expect(run.snapshot.locked).toBe(true)
    expect(() => run.snapshot.tee()).toThrow(TypeError)
    const [again] = one.tee()
    const read = again.getReader().read()
    expect(await outcome(read)).toBe('pending')
    run.in.send(add())
    expect((await read).value?.sequence).toBe(1)
  })

  test('gives branches that end with the run, and cancel alone', async () => {
    const run = createRun(tally)
    const [one, other] = run.snapshot.tee()
    await one.cancel()
    run.in.send(add())
    run.in.send(finish)
    expect(await ending(other)).toMatchObject({ items: [{ status: 'done', sequence: 2 }], end: 'closed' })
    const [late] = createEnded().snapshot.tee()
    expect(await ending(late)).toMatchObject({ items: [{ status: 'done' }], end: 'closed' })
  })
})

describe('subscribe', () => {
  test('calls synchronously after every change, and says what came through send', async () => {
    const run = createRun(tally)
    const told: [boolean, number][] = []
    run.snapshot.subscribe((sent) => told.push([sent, run.snapshot.current.sequence]))
    run.in.send(add())
    run.in.send(fail)
    await run.in.getWriter().write([add(), add()])
    run.in.send(add())
    expect(told).toEqual([
      [true, 1],
      [false, 2],
      [true, 3],
    ])
  })

  test('says of a write that a send overtook that it did not come through send', async () => {
    const run = createRun(tally)
    const told: boolean[] = []
    run.snapshot.subscribe((sent) => told.push(sent))
    const written = run.in.getWriter().write(add())
    run.in.send(add())
    await written
    expect(told).toEqual([false, true])
  })

  test('tells of fatal ends and of completion', () => {
    const [broken, done] = [createRun(tally), createRun(tally)]
    const told: string[] = []
    for (const run of [broken, done]) run.snapshot.subscribe(() => told.push(run.snapshot.current.status))
    broken.in.send(breaks)
    done.in.send(finish)
    broken.in.send(add())
    done.in.send(add())
    expect(told).toEqual(['error', 'done'])
  })

  test('is bound, counts each subscription, and ends with the function it returns', () => {
    const run = createRun(tally)
    const { subscribe } = run.snapshot
    let told = 0
    const listener = (): void => void told++
    const [stop, stopOther] = [subscribe(listener), subscribe(listener)]
    run.in.send(add())
    stop()
    stop()
    run.in.send(add())
    stopOther()
    run.in.send(add())
    expect(told).toBe(3)
  })

  test('is notified in later rounds, not in the one in which it was made, and never after it was ended', () => {
    const run = createRun(tally)
    const told: string[] = []
    const ends: (() => void)[] = []
    let made = false
    run.snapshot.subscribe(() => {
      for (const end of ends) end()
      if (made) return
      made = true
      run.snapshot.subscribe(() => told.push(`new ${run.snapshot.current.sequence}`))
    })
    ends.push(run.snapshot.subscribe(() => told.push('ended')))
    run.in.send(add())
    run.in.send(add())
    expect(told).toEqual(['new 2'])
  })
})

describe('snapshots', () => {
  test('are frozen, made when asked for, and the same until something changes', () => {
    const run = createRun(tally)
    const { current } = run.snapshot
    expect(Object.isFrozen(current)).toBe(true)
    expect(run.snapshot.current).toBe(current)
    run.in.send(fail)
    expect(run.snapshot.current).toBe(current)
    expect(() => Object.assign(run.snapshot, { current: 1 })).toThrow(TypeError)
    expect(() => Object.assign(current, { state: 1 })).toThrow(TypeError)
  })

  test('of a fatal end are frozen and name code and message', () => {
    const run = createRun(tally)
    run.in.send(breaks)
    const { current } = run.snapshot
    if (current.status !== 'error') throw new Error('the run goes on')
    expect(current.error).toEqual({ code: 'TRANSITION_FAILED', message: run.error?.toJSON()['message'] })
    expect(Object.isFrozen(current.error)).toBe(true)
  })

  test('begin with initial: how this run object began, restored included', () => {
    const run = createRun(tally)
    run.in.send(add(5))
    expect(run.snapshot.initial).toEqual({ state: 0, status: 'active', sequence: 0 })
    const restored = restoreRun(tally, run.toJSON())
    restored.in.send(add(1))
    expect(restored.snapshot.initial).toEqual({ state: 5, status: 'active', sequence: 1 })
    expect(restored.ports().snapshot.initial).toBe(restored.snapshot.initial)
  })
})

function createEnded() {
  const run = createRun(tally)
  run.in.send(finish)
  return run
}
