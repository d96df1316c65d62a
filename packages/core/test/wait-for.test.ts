/** Waiting for a state. */
import { createRun, waitFor } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, breaks, fail, finish, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { outcome } from './streams.ts'

expectBugs()

describe('waitFor', () => {
  test('resolves at once if the current snapshot satisfies', async () => {
    const run = createRun(tally)
    expect(await waitFor(run, ({ state }) => state === 0)).toBe(run.snapshot.current)
  })

  test('resolves with the first that satisfies, though it is gone when the promise is read', async () => {
    const run = createRun(tally)
    const three = waitFor(run, ({ state }) => state >= 3)
    for (let round = 0; round < 5; round++) run.in.send(add())
    expect((await three).state).toBe(3)
  })

  test('continues to wait after refusals', async () => {
    const run = createRun(tally)
    const waiting = waitFor(run, ({ state }) => state === 1)
    run.in.send(fail)
    expect(await outcome(waiting)).toBe('pending')
    run.in.send(add())
    expect((await waiting).sequence).toBe(1)
  })

  test('resolves with the last snapshot if that satisfies', async () => {
    const run = createRun(tally)
    const done = waitFor(run, ({ status }) => status === 'done')
    run.in.send(finish)
    expect((await done).status).toBe('done')
  })

  test('rejects if the run ends first, or has ended', async () => {
    const done = createRun(tally)
    const waiting = waitFor(done, ({ state }) => state === 9)
    done.in.send(finish)
    await expect(waiting).rejects.toMatchObject({ code: 'RUN_DONE', sequence: 1 })
    await expect(waitFor(done, ({ state }) => state === 9)).rejects.toMatchObject({ code: 'RUN_DONE' })
    const broken = createRun(tally)
    const alsoWaiting = waitFor(broken, ({ state }) => state === 9)
    const error = broken.in.send(breaks)
    await expect(alsoWaiting).rejects.toBe(error)
  })

  test('rejects with the reason of its signal, before and while it waits', async () => {
    const run = createRun(tally)
    const reason = new Error('enough')
    await expect(waitFor(run, () => true, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const abort = new AbortController()
    const waiting = waitFor(run, () => false, { signal: abort.signal })
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })

  test('rejects with what its predicate throws, and asks no more', async () => {
    const run = createRun(tally)
    let asked = 0
    const waiting = waitFor(run, ({ state }) => {
      asked++
      if (state === 1) throw new Error('no idea')
      return false
    })
    run.in.send(add())
    await expect(waiting).rejects.toThrow('no idea')
    run.in.send(add())
    expect(asked).toBe(2)
  })
})
