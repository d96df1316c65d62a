/** One point of serialization: publication, re-entry from subscribers, and warnings of what nobody reads. */
import { createRun, refuse } from '@xmachines/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { add, finish, machineOf, runOf, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { settled } from './streams.ts'

expectBugs()

describe('a send from inside a subscriber', () => {
  test('is applied at once, and notified after the round under way', () => {
    const run = createRun(tally)
    const order: string[] = []
    run.snapshot.subscribe(() => {
      order.push(`a ${run.snapshot.current.state}`)
      if (run.snapshot.current.state < 3) {
        run.in.send(add())
        order.push(`sent ${run.snapshot.current.state}`)
      }
    })
    run.snapshot.subscribe(() => order.push(`b ${run.snapshot.current.state}`))
    run.in.send(add())
    expect(order).toEqual(['a 1', 'sent 2', 'b 2', 'a 2', 'sent 3', 'b 3', 'a 3', 'b 3'])
  })

  test('that overtakes queued writes applies each of them once', async () => {
    const run = createRun(machineOf((list, event) => [...list, event.value], { initial: [] }))
    const item = (value: number) => ({ type: 'ITEM', value })
    let more = true
    run.snapshot.subscribe(() => {
      if (more) {
        more = false
        run.in.send(item(10))
      }
    })
    const writer = run.in.getWriter()
    const writes = [1, 2, 3].map((n) => writer.write(item(n)))
    run.in.send(item(20))
    await Promise.all(writes)
    const { state, sequence } = run.snapshot.current
    expect([sequence, (state as number[]).toSorted((one, other) => one - other)]).toEqual([5, [1, 2, 3, 10, 20]])
  })

  test('may end the run', async () => {
    const run = createRun(tally)
    const statuses: string[] = []
    run.snapshot.subscribe(() => {
      statuses.push(run.snapshot.current.status)
      run.in.send(finish)
    })
    expect(run.in.send(add())).toBeUndefined()
    expect(statuses).toEqual(['active', 'done'])
    expect(run.in.send(add())).toMatchObject({ code: 'RUN_DONE' })
  })
})

describe('a listener that throws', () => {
  beforeEach(() => {
    vi.stubGlobal('reportError', vi.fn())
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  test('is reported, and no other listener is affected', () => {
    const run = createRun(tally)
    const thrown = new Error('broken listener')
    let notified = 0
    run.snapshot.subscribe(() => {
      throw thrown
    })
    run.snapshot.subscribe(() => notified++)
    expect(run.in.send(add())).toBeUndefined()
    expect(globalThis.reportError).toHaveBeenCalledExactlyOnceWith(thrown)
    expect([notified, run.snapshot.current.state]).toEqual([1, 1])
  })

  test('is notified of later changes even if the report throws', () => {
    const run = createRun(tally)
    vi.stubGlobal('reportError', () => {
      throw new Error('the console throws')
    })
    let calls = 0
    run.snapshot.subscribe(() => {
      calls++
      throw new Error('a listener throws')
    })
    expect(run.in.send(add())).toBeUndefined()
    expect(run.in.send(add())).toBeUndefined()
    vi.unstubAllGlobals()
    expect(calls).toBe(2)
  })

  test('is reported on the console if there is no reportError', () => {
    vi.stubGlobal('reportError', undefined)
    const notified = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const run = createRun(tally)
    const thrown = new Error('broken listener')
    run.snapshot.subscribe(() => {
      throw thrown
    })
    run.in.send(add())
    expect(notified).toHaveBeenCalledExactlyOnceWith(thrown)
  })
})

describe('outside production, the console', () => {
  let warn: ReturnType<typeof vi.spyOn>
  beforeEach(() => {
    warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  })
  afterEach(() => {
    warn.mockRestore()
  })

  test('comes once a tick, for refusals that nobody reads and no caller got', async () => {
    const run = runOf(() => refuse('not now'))
    const writer = run.in.getWriter()
    for (let round = 0; round < 3; round++) await writer.write({ type: 'X' })
    await settled()
    expect(warn).toHaveBeenCalledOnce()
    expect(warn.mock.calls[0]?.[0]).toMatch(/one@1 refused .*and 2 more.*run\.err/s)
    await writer.write({ type: 'X' })
    await settled()
    expect(warn).toHaveBeenCalledTimes(2)
  })

  test('does not come for a refusal that send returned', async () => {
    const run = runOf(() => refuse('not now'))
    expect(run.in.send({ type: 'X' })).toBeDefined()
    await settled()
    expect(warn).not.toHaveBeenCalled()
  })

  test('does not come if somebody reads err, of this set or of another', async () => {
    for (const which of ['own', 'other'] as const) {
      const run = runOf(() => refuse('not now'))
      const set = which === 'own' ? run : run.ports()
      const reader = set.err.getReader()
      await run.in.getWriter().write({ type: 'X' })
      await settled()
      reader.releaseLock()
    }
    expect(warn).not.toHaveBeenCalled()
  })

  test('does not come for a fatal error, which its writer got', async () => {
    const run = runOf(() => refuse('never again'), { isFatal: () => true })
    await expect(run.in.getWriter().write({ type: 'X' })).rejects.toMatchObject({ fatal: true })
    await settled()
    expect(warn).not.toHaveBeenCalled()
  })

  test('comes for a batch that continues after completion, which err does not deliver', async () => {
    const run = createRun(tally)
    await run.in.getWriter().write([finish, add()])
    await settled()
    expect(warn).toHaveBeenCalledOnce()
  })
})
