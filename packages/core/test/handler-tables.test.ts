/** Handlers in tables: where they may lead, and where they went. */
import { createRun, defineMachine, to } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { expectBugs } from './quiet.ts'

expectBugs()

type State = { at: 'a' } | { at: 'b' } | { at: 'c'; n: number }
type Event = { type: 'GO'; where: string }

const going = (declared: readonly ('a' | 'b' | 'c')[] | undefined) => {
  const handler = (state: State, event: Event): State =>
    event.where === 'same' ? state : ({ at: event.where } as State)
  return createRun(
    defineMachine<State, Event>({
      name: 'going',
      version: '1',
      initial: { at: 'a' },
      states: { a: { GO: declared === undefined ? handler : to(declared, handler) }, b: {}, c: {} },
    }),
  )
}

describe('to', () => {
  test('lets a handler go to the states that it declares', () => {
    const run = going(['b'])
    expect(run.in.send({ type: 'GO', where: 'b' })).toBeUndefined()
    expect(run.snapshot.current.state).toEqual({ at: 'b' })
  })

  test('refuses a handler that goes elsewhere, or stays in a state that it does not declare', () => {
    const run = going(['b'])
    for (const where of ['c', 'same', 'a']) {
      expect(run.in.send({ type: 'GO', where })).toMatchObject({ code: 'INVALID_STATE', index: 0 })
    }
    expect(run.in.send({ type: 'GO', where: 'c' })?.message).toMatch(/states\.a\.GO went to "c".*b/)
    expect(run.snapshot.current).toEqual({ state: { at: 'a' }, status: 'active', sequence: 0 })
  })

  test('takes an array of names and a function, and nothing else', () => {
    for (const targets of [[], 'b', undefined, [1]]) {
      expect(() => to(targets as never, () => undefined as never)).toThrow(TypeError)
    }
    expect(() => to(['b'], 'b' as never)).toThrow(/handler .*"b".*function/)
  })

  test('declares one handler twice with other targets', () => {
    const handler = (state: State): State => state
    const declared = (target: string) => to<State, Event, never, any, string>([target], handler)
    expect([declared('a').targets, declared('b').targets]).toEqual([['a'], ['b']])
  })

  test('may not name a state that does not exist', () => {
    const define = () =>
      defineMachine<State, Event>({
        name: 'm',
        version: '1',
        initial: { at: 'a' },
        states: { a: { GO: to(['nowhere' as 'b'], () => ({ at: 'b' })) }, b: {}, c: {} },
      })
    expect(define).toThrow(RangeError)
    expect(define).toThrow(/states\.a\.GO .*"nowhere".* a, b, c/)
  })
})

describe('a handler without to', () => {
  test('may go to any state that the definition names, and stay', () => {
    const run = going(undefined)
    expect(
      run.in.send([
        { type: 'GO', where: 'same' },
        { type: 'GO', where: 'c' },
      ]),
    ).toBeUndefined()
    expect(run.snapshot.current.state).toEqual({ at: 'c' })
  })

  test('is refused if it goes to a state that the definition does not name', () => {
    const run = going(undefined)
    const refusal = run.in.send({ type: 'GO', where: 'nowhere' })
    expect(refusal).toMatchObject({ code: 'INVALID_STATE', index: 0 })
    expect(refusal?.message).toMatch(/states\.a\.GO went to "nowhere".* a, b, c/)
  })

  test('is refused if it makes a state without a name', () => {
    const run = createRun(
      defineMachine<any, { type: 'X' }>({
        name: 'm',
        version: '1',
        initial: { at: 'a' },
        states: { a: { X: () => ({}) } },
      }),
    )
    expect(run.in.send({ type: 'X' })?.message).toContain('states.a.X went to')
  })

  test('that returns nothing is refused as what it is', () => {
    const run = createRun(
      defineMachine<any, { type: 'X' }>({
        name: 'm',
        version: '1',
        initial: { at: 'a' },
        states: { a: { X: () => undefined } },
      }),
    )
    expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'INVALID_STATE' })
    expect(run.in.send({ type: 'X' })?.message).toMatch(/state is missing; return the next state/)
  })
})

test('a bare name leads to a state that is frozen and has no data', () => {
  const run = createRun(
    defineMachine<{ at: 'a' } | { at: 'b' }, { type: 'X' }>({
      name: 'm',
      version: '1',
      initial: { at: 'a' },
      states: { a: { X: 'b' }, b: { X: 'a' } },
    }),
  )
  run.in.send({ type: 'X' })
  expect(run.snapshot.current.state).toEqual({ at: 'b' })
  expect(Object.isFrozen(run.snapshot.current.state)).toBe(true)
})

describe('a handler of a machine with states', () => {
  test('that returns a text, a number or null, which is no state, is refused', () => {
    for (const value of [5, 'b', null, true, { v: 1 }, []]) {
      const machine = defineMachine<any, { type: 'X' }>({
        name: 'm',
        version: '1',
        initial: { at: 'a' },
        states: { a: { X: () => value } },
      })
      const run = createRun(machine)
      expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'INVALID_STATE' })
      expect(run.snapshot.current.state).toEqual({ at: 'a' })
    }
  })
})
