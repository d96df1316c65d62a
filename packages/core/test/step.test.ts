/** The pure step: one batch, all of it or nothing. */
import { createRun, defineMachine, type RunError } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { add, fail, repeatable, runOf, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { all } from './streams.ts'

expectBugs()

describe('a batch', () => {
  test('whose fifth event fails leaves everything as it was, and one refusal that names index 4', async () => {
    const run = createRun(tally)
    run.in.send([add(1), add(2)])
    const before = { head: run.head, json: JSON.stringify(run), position: run.position, current: run.snapshot.current }
    const refusal = run.in.send([add(), add(), add(), add(), fail, add()])
    expect(refusal).toMatchObject({ code: 'TRANSITION_FAILED', index: 4, sequence: 1, fatal: false })
    expect(refusal?.batch).toHaveLength(6)
    expect({
      head: run.head,
      json: JSON.stringify(run),
      position: run.position,
      current: run.snapshot.current,
    }).toEqual(before)
    expect(run.snapshot.current).toBe(before.current)
    expect((await run.err.getReader().read()).value).toBe(refusal)
    expect(await all(run.history())).toHaveLength(2)
  })

  test('steps each event from the state that the one before it left', () => {
    const run = createRun(tally)
    run.in.send([add(1), add(2), add(3)])
    expect(run.snapshot.current).toEqual({ state: 6, status: 'active', sequence: 1 })
    expect(run.position).toBe(3)
  })

  test('of one event is the same commit as the event alone', () => {
    const [one, other] = [createRun(tally, repeatable), createRun(tally, repeatable)]
    one.in.send(add(1))
    other.in.send([add(1)])
    expect(other.head).toBe(one.head)
    expect(other.toJSON()).toEqual(one.toJSON())
  })

  test('of no events commits nothing', async () => {
    const run = createRun(tally)
    expect(run.in.send([])).toBeUndefined()
    await run.in.getWriter().write([])
    expect(run.snapshot.current.sequence).toBe(0)
  })
})

describe('a transition', () => {
  test('that throws is refused, with the thrown value as the cause', () => {
    const cause = new TypeError('no')
    const run = runOf(() => {
      throw cause
    })
    const refusal = run.in.send({ type: 'X' })
    expect(refusal).toMatchObject({ code: 'TRANSITION_FAILED', cause, index: 0 })
    expect(refusal?.message).toContain('TypeError: no')
  })

  test.each([
    [undefined],
    [null],
    ['text'],
    [Symbol('s')],
    [
      {
        toString: () => {
          throw new Error('no')
        },
      },
    ],
  ])('may throw anything', (thrown) => {
    const run = runOf(() => {
      throw thrown
    })
    expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'TRANSITION_FAILED' })
    expect(run.in.send({ type: 'X' })?.cause).toBe(thrown)
  })

  test('cannot change its state or its event', () => {
    const changes: ((state: any, event: any) => void)[] = [
      (state) => state.list.push(1),
      (state) => Object.assign(state, { more: 1 }),
      (_state, event) => Object.assign(event, { type: 'Y' }),
    ]
    for (const change of changes) {
      const run = runOf((state, event) => (change(state, event), state), { initial: { list: [] } })
      expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'TRANSITION_FAILED', cause: expect.any(TypeError) })
    }
  })

  test('that writes to its own run is refused as REENTRANT, and the batch itself is judged as any other', () => {
    const refusals: unknown[] = []
    const run = runOf((count, event) => {
      if (event.type === 'X') refusals.push(run.in.send({ type: 'Y' }))
      return count + 1
    })
    expect(run.in.send({ type: 'X' })).toBeUndefined()
    expect(run.snapshot.current).toEqual({ state: 1, status: 'active', sequence: 1 })
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'REENTRANT', sequence: 0 })
    expect(refusals).not.toEqual([])
  })

  test('that writes to its own run by a stream is refused once, on err, and never applied', async () => {
    for (const through of ['its own in', 'another set']) {
      const run = runOf((count, event) => {
        if (event.type === 'X')
          void (through === 'another set' ? run.ports().in.getWriter() : writer).write({ type: 'Y' })
        return count + 1
      })
      const writer = run.in.getWriter()
      const refusals = run.err.getReader()
      await writer.write({ type: 'X' })
      await writer.write({ type: 'Z' })
      expect((await refusals.read()).value).toMatchObject({ code: 'REENTRANT', batch: [{ type: 'Y' }], sequence: 0 })
      expect(run.snapshot.current).toMatchObject({ state: 2, sequence: 2 })
      run.in.send(12 as never)
      expect((await refusals.read()).value).toMatchObject({ code: 'INVALID_EVENT' })
    }
  })
})

describe('emit', () => {
  test('gives outputs in order, with the batch that emitted them', async () => {
    const run = runOf((count, event, emit) => {
      emit({ type: 'first', of: event.value })
      emit({ type: 'second', of: event.value })
      return count + 1
    })
    run.in.send([
      { type: 'X', value: 1 },
      { type: 'X', value: 2 },
    ])
    const reader = run.out.getReader()
    const outputs = []
    for (let at = 0; at < 4; at++) outputs.push((await reader.read()).value)
    expect(outputs.map(({ type, of }) => `${type} ${of}`)).toEqual(['first 1', 'second 1', 'first 2', 'second 2'])
  })

  test('throws after its handler returned', async () => {
    let kept: ((output: unknown) => void) | undefined
    const run = runOf((count, _event, emit) => {
      kept = emit
      return count + 1
    })
    run.in.send({ type: 'X' })
    expect(() => kept?.({ type: 'late' })).toThrow('emit was called after its handler returned')
    expect(run.position).toBe(0)
  })

  test('of a handler that throws leaves nothing', () => {
    const run = runOf((_state, _event, emit) => {
      emit({ type: 'told' })
      throw new Error('no')
    })
    run.in.send({ type: 'X' })
    expect(run.position).toBe(0)
  })

  test('of what is not plain data refuses the batch, also when the handler swallows the throw', () => {
    const run = runOf((state, _event, emit) => {
      try {
        emit({ when: new Date(0) })
      } catch {}
      return state
    })
    expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'INVALID_OUTPUT', index: 0 })
  })
})

describe('fatality', () => {
  const fatal = (isFatal: (error: RunError, snapshot: any) => boolean) =>
    createRun(
      defineMachine<number, { type: string }>({
        name: 'm',
        version: '1',
        initial: 0,
        transition: (count, { type }) => {
          if (type === 'FAIL') throw new Error('failed')
          return type === 'END' ? -1 : count + 1
        },
        isDone: (count) => count === -1,
        isFatal,
      }),
    )

  test('is asked of every refusal but RUN_DONE, with the snapshot', () => {
    const asked: unknown[] = []
    const run = fatal((error, { state }) => {
      asked.push([error.code, error.fatal, state])
      return false
    })
    run.in.send({ type: 'X' })
    run.in.send({ type: 'FAIL' })
    run.in.send(1 as never)
    run.in.send([{ type: 'END' }, { type: 'X' }])
    run.in.send({ type: 'END' })
    run.in.send({ type: 'X' })
    expect(asked).toEqual([
      ['TRANSITION_FAILED', false, 1],
      ['INVALID_EVENT', false, 1],
    ])
  })

  test('is nothing but true', () => {
    const run = fatal((() => 'yes') as never)
    expect(run.in.send({ type: 'FAIL' })).toMatchObject({ fatal: false })
    expect(run.snapshot.current.status).toBe('active')
  })

  test('is the answer if the question throws', () => {
    const run = fatal(() => {
      throw new Error('no idea')
    })
    expect(run.in.send({ type: 'FAIL' })).toMatchObject({ fatal: true, code: 'TRANSITION_FAILED' })
    expect(run.snapshot.current.status).toBe('error')
  })

  test('may not be decided by writing to the run', () => {
    let inner: unknown
    const run = fatal(() => {
      inner = run.in.send({ type: 'X' })
      return false
    })
    run.in.send({ type: 'FAIL' })
    expect(inner).toMatchObject({ code: 'REENTRANT', fatal: false })
    expect(run.snapshot.current.sequence).toBe(0)
  })
})
