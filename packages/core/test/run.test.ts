/** Creating runs: options, what a run is, and its sets of ports. */
import { createRun, defineMachine, type Run } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { describe, expect, test, vi } from 'vitest'
import { add, door, finish, machineOf, repeatable, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { take } from './streams.ts'

expectBugs()

describe('createRun', () => {
  test('forks a run with the initial state and no events', () => {
    const run = createRun(door)
    expect(run.machine).toBe(door)
    expect(run.snapshot.current).toEqual({ state: { at: 'closed' }, status: 'active', sequence: 0 })
    expect([run.position, run.error, run.toJSON().records.length]).toEqual([0, undefined, 1])
  })

  test('makes the initial state of the input, which is recorded', () => {
    const machine = machineOf((state) => state, { initial: (input: { start: number }) => ({ count: input.start }) })
    const run = createRun(machine, { input: { start: 3 } })
    expect(run.snapshot.current.state).toEqual({ count: 3 })
    expect(run.genesis.input).toEqual({ start: 3 })
  })

  test('reads the clock at the call, and draws a nonce', () => {
    vi.useFakeTimers({ now: 1_700_000_000_999 })
    const run = createRun(door)
    vi.setSystemTime(1_800_000_000_000)
    expect(run.genesis.createdAt).toBe(1_700_000_000)
    vi.useRealTimers()
    expect(run.genesis.nonce).toMatch(/^[0-9a-f]{32}$/)
    expect(run.genesis.nonce).not.toBe(createRun(door).genesis.nonce)
  })

  test.each([0, 1, 2 ** 33 - 1])('takes %d as createdAt', (createdAt) => {
    expect(createRun(door, { createdAt }).genesis.createdAt).toBe(createdAt)
  })

  test.each([-1, 1.5, 2 ** 33, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as createdAt', (createdAt) => {
    expect(() => createRun(door, { createdAt })).toThrow(RangeError)
    expect(() => createRun(door, { createdAt })).toThrow(/createdAt/)
  })

  test.each<[string, object, typeof TypeError | typeof RangeError, RegExp]>([
    ['createdAt that is no number', { createdAt: '1' }, TypeError, /createdAt/],
    ['a nonce that is no Uint8Array', { nonce: [1] }, TypeError, /nonce/],
    ['a nonce of 15 bytes', { nonce: new Uint8Array(15) }, RangeError, /nonce/],
    ['a format that is none', { format: 'sha256' }, TypeError, /format/],
  ])('refuses %s', (_title, options, kind, message) => {
    expect(() => createRun(door, options as never)).toThrow(kind)
    expect(() => createRun(door, options as never)).toThrow(message)
  })

  test('throws a RunError with the error of an initial that throws as its cause', () => {
    const cause = new Error('no input')
    const machine = machineOf((state) => state, {
      initial: () => {
        throw cause
      },
    })
    expect(() => createRun(machine)).toThrow(expect.objectContaining({ code: 'TRANSITION_FAILED', cause }))
  })

  test('throws if isDone cannot say whether the initial state is final', () => {
    const machine = machineOf((state) => state, {
      isDone: () => {
        throw new Error('no idea')
      },
    })
    expect(() => createRun(machine)).toThrow(expect.objectContaining({ code: 'TRANSITION_FAILED' }))
  })

  test('hashes nothing and draws nothing until an oid is asked for', () => {
    const draw = vi.spyOn(crypto, 'getRandomValues')
    const hash = vi.fn(sha256.hash)
    const run = createRun(tally, { format: { name: 'sha256', hash } })
    run.in.send(add())
    run.in.send([add(), add()])
    expect([draw.mock.calls.length, hash.mock.calls.length]).toEqual([0, 0])
    expect(run.id).toHaveLength(64)
    expect([draw.mock.calls.length, hash.mock.calls.length > 0]).toEqual([1, true])
    draw.mockRestore()
  })
})

describe('a run', () => {
  test('has an id that never changes, and a head that moves with each batch', () => {
    const run = createRun(tally, repeatable)
    const { id } = run
    expect(run.head).toBe(id)
    run.in.send(add())
    expect(run.id).toBe(id)
    expect(run.head).not.toBe(id)
  })

  test('gives the same objects each time', () => {
    const run = createRun(door)
    expect([run.in, run.out, run.err, run.snapshot]).toEqual([run.in, run.out, run.err, run.snapshot])
    expect(run.in).toBe(run.in)
    expect(run.out).toBe(run.out)
    expect(run.err).toBe(run.err)
    expect(run.snapshot).toBe(run.snapshot)
    const set = run.ports()
    expect(set.in).toBe(set.in)
    expect(set.in).not.toBe(run.in)
    expect([set.readable === set.out, set.writable === set.in]).toEqual([true, true])
  })

  test('counts its outputs since the genesis', () => {
    const run = createRun(tally)
    run.in.send([add(), add()])
    run.in.send({ type: 'FAIL' })
    expect(run.position).toBe(2)
  })

  test('cannot be assigned to', () => {
    const run = createRun(tally)
    const names: (keyof Run<number, never>)[] = [
      'id',
      'head',
      'genesis',
      'position',
      'error',
      'in',
      'out',
      'err',
      'snapshot',
    ]
    for (const name of names) expect(() => Object.assign(run, { [name]: 1 }), name).toThrow(TypeError)
  })

  test('needs no disposal: it holds no timer', () => {
    vi.useFakeTimers()
    const run = createRun(tally)
    run.in.send(add())
    run.in.send(finish)
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})

describe('ports', () => {
  const told = async (run: Run<number, any, { total: number }>, from?: 'now' | 'start' | number) => {
    const { out } = run.ports(from === undefined ? {} : { from })
    run.in.send(add(100))
    const reader = out.getReader()
    return (await reader.read()).value?.total
  }

  test('begin now by default, at the start, or at a position', async () => {
    const made = () => {
      const run = createRun(tally)
      run.in.send([add(1), add(1)])
      run.in.send(add(1))
      return run
    }
    expect(await told(made())).toBe(103)
    expect(await told(made(), 'now')).toBe(103)
    expect(await told(made(), 'start')).toBe(1)
    expect(await told(made(), 0)).toBe(1)
    expect(await told(made(), 2)).toBe(3)
    expect(await told(made(), 3)).toBe(103)
  })

  test.each([-1, 2, 0.5, Number.NaN, 'end', null])('do not begin at %j', (from) => {
    const run = createRun(tally)
    run.in.send(add())
    expect(() => run.ports({ from: from as never })).toThrow(RangeError)
    expect(() => run.ports({ from: from as never })).toThrow(/from.*0 to 1/)
  })

  test.each([-1, Number.NaN, 'many', {}])('have no high-water mark of %j', (highWaterMark) => {
    expect(() => createRun(tally).ports({ highWaterMark: highWaterMark as never })).toThrow(RangeError)
  })

  test('are of their own: a lock on one set leaves the others free', () => {
    const run = createRun(tally)
    const [one, other] = [run.ports(), run.ports()]
    for (const port of ['out', 'err', 'snapshot'] as const) {
      one[port].getReader()
      expect([one[port].locked, other[port].locked, run[port].locked]).toEqual([true, false, false])
    }
    one.in.getWriter()
    expect([one.in.locked, other.in.locked, run.in.locked]).toEqual([true, false, false])
    expect(() => one.in.getWriter()).toThrow(TypeError)
  })

  test('stand for a transform stream', async () => {
    const run = createRun(tally)
    const source = new ReadableStream({
      start(controller) {
        for (const by of [1, 2]) controller.enqueue(add(by))
        controller.close()
      },
    })
    expect(await take(source.pipeThrough(run.ports()), 9)).toEqual([
      { type: 'total', total: 1 },
      { type: 'total', total: 3 },
    ])
    expect(run.snapshot.current).toMatchObject({ state: 3, status: 'active' })
  })

  test('of a machine without outputs have an out that stays silent and ends with the run', async () => {
    const run = createRun(
      defineMachine<number, { type: 'END' }>({
        name: 'm',
        version: '1',
        initial: 0,
        on: { END: () => 1 },
        isDone: (n) => n === 1,
      }),
    )
    const read = run.out.getReader().read()
    run.in.send({ type: 'END' })
    expect(await read).toEqual({ done: true, value: undefined })
  })
})
