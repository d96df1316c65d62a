/** What an inspector sees of a run, and that the run does not notice. */
import { createRun, defineMachine, handleOutputs, type Machine, type Run, restoreRun } from '@xmachines/core'
import { memoryStore, openNamed } from '@xmachines/core/store'
import { type ObservedRun, observe } from '@xmachines/inspector'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { counter, door } from './machines.ts'

const add = (by: number) => ({ type: 'ADD', by }) as const
const stops: (() => void)[] = []

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.restoreAllMocks()
})

/** Resolves at the next change that the watcher learns of. */
function change(run: Parameters<typeof observe>[0]): Promise<void> {
  return new Promise((resolve) => stops.push(observe(run).watch(resolve)))
}

/** The state behind a batch, however many slices it takes. */
function momentOf(observed: ObservedRun, sequence: number): unknown {
  let moment = observed.moment(sequence)
  while (moment === 'later') moment = observed.moment(sequence)
  return typeof moment === 'string' ? moment : moment.state
}

describe('observe', () => {
  test('shows the events of each batch, and computes no oid for it', () => {
    const run = createRun(counter)
    run.in.send(add(1))
    run.in.send([add(2), add(3)])
    const observed = observe(run)
    expect(observed.sequence).toBe(2)
    expect(observed.batch(1)).toEqual([add(1)])
    expect(observed.batch(2)).toEqual([add(2), add(3)])
    expect(observed.batch(3)).toBeUndefined()
    const hash = vi.spyOn(crypto, 'getRandomValues')
    void observed.moment(1)
    void observed.outputs(2)
    void observed.waiting()
    // A nonce is drawn for the first oid.
    expect(hash).not.toHaveBeenCalled()
  })

  test('gives the same object for the same run', () => {
    const run = createRun(counter)
    expect(observe(run)).toBe(observe(run))
  })

  test('replays the state and the outputs behind each batch beside the run', () => {
    const run = createRun(counter)
    for (let by = 1; by <= 10; by++) run.in.send(add(by))
    const observed = observe(run)
    expect(observed.moment(0)).toEqual({ state: { count: 0 }, position: 0 })
    expect(observed.moment(4)).toEqual({ state: { count: 10 }, position: 4 })
    expect(observed.outputs(3)).toMatchObject([{ position: 2, output: { type: 'added', to: 6 } }])
    expect(run.state).toEqual({ count: 55 })
  })

  test('finds any of 20,000 states, in slices', () => {
    const run = createRun(counter, { checkDeterminism: false })
    run.in.send(Array.from({ length: 10 }, () => add(1)))
    for (let batch = 1; batch < 20_000; batch++) run.in.send(add(1))
    const observed = observe(run)
    for (const sequence of [19_999, 3, 10_000]) {
      expect(momentOf(observed, sequence)).toEqual({ count: sequence + 9 })
    }
  })

  test('moving through 10,000 batches, forth and back, replays each about twice', () => {
    let steps = 0
    const counted: Machine<number, { readonly type: 'INC' }> = defineMachine<number, { readonly type: 'INC' }>({
      name: 'counted',
      version: '1',
      initial: 0,
      on: {
        INC: (count): number => {
          steps++
          return count + 1
        },
      },
    })
    const run = createRun(counted, { checkDeterminism: false })
    for (let batch = 0; batch < 10_000; batch++) run.in.send({ type: 'INC' })
    steps = 0
    const observed = observe(run)
    for (let sequence = 0; sequence <= 10_000; sequence++) expect(momentOf(observed, sequence)).toBe(sequence)
    for (let sequence = 10_000; sequence >= 0; sequence--) expect(momentOf(observed, sequence)).toBe(sequence)
    expect(steps).toBeLessThan(20_000)
  })

  test('shows the commit of a batch: its oid, and the bytes that the oid is the hash of', async () => {
    const run = createRun(door)
    run.in.send({ type: 'OPEN' })
    run.in.send([{ type: 'CLOSE' }, { type: 'LOCK', code: '1234' }])
    for (const [sequence, { oid }] of [...run.toJSON().records].entries()) {
      const commit = observe(run).commit(sequence)
      if (commit === 'later' || commit === undefined) throw new Error('the commit is there')
      expect(commit.oid).toBe(oid)
      const bytes = new TextEncoder().encode(`commit ${commit.size}\0${commit.text}`)
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))
      expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(oid)
    }
    expect(observe(run).commit(3)).toBeUndefined()
  })

  test('shows refusals, with the sequence at which they happened', () => {
    const run = createRun(door)
    run.in.send({ type: 'OPEN' })
    run.in.send({ type: 'CLOSE' })
    run.in.send({ type: 'LOCK', code: '1' })
    expect(observe(run).refusals).toMatchObject([{ sequence: 2, reason: 'A code has four digits.' }])
  })

  test('changes neither what a reader of err gets nor what development warns of', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const run = createRun(door)
    stops.push(observe(run).watch(() => undefined))
    const writer = run.in.getWriter()
    await writer.write({ type: 'LOCK', code: '1' })
    await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(expect.stringContaining('Read run.err')))
    const { value } = await run.err.getReader().read()
    expect(value?.reason).toBe('A code has four digits.')
  })

  test('does not count as a reader whom writers wait for', async () => {
    const run = createRun(counter)
    stops.push(observe(run).watch(() => undefined))
    const writer = run.in.getWriter()
    for (let batch = 0; batch < 2000; batch++) await writer.write(add(1))
    expect(observe(run).waiting()).toHaveLength(100)
  })

  test('tells of changes and of refusals, at most once a frame', async () => {
    const run = createRun(door)
    const first = change(run)
    run.in.send({ type: 'OPEN' })
    run.in.send({ type: 'CLOSE' })
    await first
    const second = change(run)
    run.in.send({ type: 'LOCK', code: '1' })
    await second
    const listener = vi.fn()
    stops.push(observe(run).watch(listener))
    for (let turn = 0; turn < 1000; turn++) run.in.send([{ type: 'OPEN' }, { type: 'CLOSE' }])
    await vi.waitFor(() => expect(listener).toHaveBeenCalled())
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('two watchers both learn of a change, and one that stopped does not', async () => {
    const run = createRun(door)
    const stopped = vi.fn()
    observe(run).watch(stopped)()
    const both = Promise.all([change(run), change(run)])
    run.in.send({ type: 'OPEN' })
    await both
    expect(stopped).not.toHaveBeenCalled()
  })

  test('says what became of each output: of handlers in development, of readers always', async () => {
    const run = createRun(counter)
    const observed = observe(run)
    run.in.send(add(1))
    expect(observed.waiting()).toMatchObject([{ position: 0, fate: 'unread' }])
    let finish = (): void => undefined
    const stop = new AbortController()
    const handled = handleOutputs(
      run,
      {
        added: {
          handle: ({ to }) => (to > 5 ? new Promise<void>((resolve) => (finish = resolve)) : undefined),
          while: ({ count }) => count > 0,
        },
      },
      { signal: stop.signal },
    )
    await vi.waitFor(() => expect(observed.waiting()).toEqual([]))
    run.in.send(add(9))
    await vi.waitFor(() => expect(observed.waiting()).toMatchObject([{ position: 1, fate: 'handling' }]))
    finish()
    await vi.waitFor(() => expect(observed.outputs(2)).toMatchObject([{ fate: 'settled' }]))
    run.in.send(add(1))
    run.in.send({ type: 'RESET' })
    await vi.waitFor(() => expect(observed.outputs(3)).toMatchObject([{ fate: 'cancelled' }]))
    run.in.send(add(9))
    await vi.waitFor(() => expect(observed.waiting()).toMatchObject([{ position: 3, fate: 'handling' }]))
    stop.abort()
    await handled
    finish()
    await vi.waitFor(() => expect(observed.waiting()).toMatchObject([{ position: 3, fate: 'aborted' }]))
  })

  test('a handler that throws is the fate of its output', async () => {
    const run = createRun(counter)
    run.in.send(add(1))
    const failing = handleOutputs(run, {
      added: () => {
        throw new Error('no network')
      },
    })
    await expect(failing).rejects.toThrow('no network')
    expect(observe(run).waiting()).toMatchObject([{ fate: 'failed' }])
  })

  test('shows what is pending of a run that others drive too', async () => {
    const named = await openNamed(memoryStore(), 'key', counter, {})
    const { run } = named
    await named.begin()
    run.in.send(add(1))
    const observed = observe(run)
    expect([observed.confirmed, observed.sequence]).toEqual([0, 1])
    expect(observed.batch(1)).toEqual([add(1)])
    expect(observed.moment(1)).toMatchObject({ state: { count: 1 } })
    expect(observed.commit(1)).toBeUndefined()
    await run.flush()
    expect([observed.confirmed, observed.sequence]).toEqual([1, 1])
    expect(observed.commit(1)).toMatchObject({ oid: run.head })
    run.close()
  })

  test('a machine that sends to its own run is replayed without sending anything', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const echo: Machine<number, { readonly type: 'ECHO' }> = defineMachine<number, { readonly type: 'ECHO' }>({
      name: 'echo',
      version: '1',
      initial: 0,
      on: {
        ECHO: (count): number => {
          run.in.send({ type: 'ECHO' })
          return count + 1
        },
      },
    })
    const run: Run<number, { readonly type: 'ECHO' }> = createRun(echo, { checkDeterminism: false })
    run.in.send({ type: 'ECHO' })
    const observed = observe(run)
    const refusals = observed.refusals.length
    expect(observed.moment(0)).toMatchObject({ state: 0 })
    expect(observed.moment(1)).toMatchObject({ state: 1 })
    expect(observed.sequence).toBe(1)
    expect(observed.refusals).toHaveLength(refusals)
  })

  test('a restored run has all of its past', () => {
    const run = createRun(counter)
    for (let by = 1; by <= 3; by++) run.in.send(add(by))
    const observed = observe(restoreRun(counter, run.toJSON()))
    expect([0, 1, 2, 3].map((sequence) => observed.moment(sequence))).toMatchObject([
      { state: { count: 0 } },
      { state: { count: 1 } },
      { state: { count: 3 } },
      { state: { count: 6 } },
    ])
  })

  test('what is no run is refused', () => {
    expect(() => observe({} as never)).toThrow(/^observe takes a run: give it what createRun/)
  })
})
