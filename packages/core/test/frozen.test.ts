/** A handler that changes what is frozen is refused, and learns that it must return the next state. */
import { createRun, defineMachine, type RunError } from '@xmachines/core'
import { describe, expect, test, vi } from 'vitest'
import { machineOf, runOf } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { thrownBy } from './thrown.ts'

expectBugs()

type Any = any
const initial = { n: 1, items: [3, 1, 2], inner: { a: [{ b: 1 }] } }
const advice = /states, events, outputs and input are frozen: return a new state instead of changing one/

const changes: [title: string, change: (state: Any, event: Any) => unknown][] = [
  ['a member is set', (state) => (state.n = 2)],
  ['a member is counted up', (state) => state.n++],
  ['a member is added', (state) => (state.more = 1)],
  ['a member is deleted', (state) => delete state.n],
  ['a member is defined', (state) => Object.defineProperty(state, 'n', { get: () => 1 })],
  ['a new member is defined', (state) => Object.defineProperty(state, 'more', { value: 1 })],
  ['Object.assign', (state) => Object.assign(state, { n: 2 })],
  ['the prototype is set', (state) => Object.setPrototypeOf(state, {})],
  ['push', (state) => state.items.push(4)],
  ['pop', (state) => state.items.pop()],
  ['shift', (state) => state.items.shift()],
  ['unshift', (state) => state.items.unshift(0)],
  ['splice', (state) => state.items.splice(0, 1)],
  ['splice in', (state) => state.items.splice(1, 0, 9)],
  ['sort', (state) => state.items.sort()],
  ['reverse', (state) => state.items.reverse()],
  ['fill', (state) => state.items.fill(0)],
  ['copyWithin', (state) => state.items.copyWithin(0, 1)],
  ['length', (state) => (state.items.length = 0)],
  ['an item', (state) => (state.items[0] = 9)],
  ['deep inside', (state) => (state.inner.a[0].b = 2)],
  ['deep inside, an array', (state) => state.inner.a.push({})],
  ['the event', (_state, event) => (event.type = 'Y')],
  ['a member of the event', (_state, event) => event.value.push(1)],
]

describe.each(changes)('%s', (_title, change) => {
  test('is refused with advice, and nothing is committed', () => {
    const run = runOf(
      (state, event) => {
        change(state, event)
        return state
      },
      { initial },
    )
    const refusal = run.in.send({ type: 'X', value: [1] })
    expect(refusal).toMatchObject({ code: 'TRANSITION_FAILED', cause: expect.any(TypeError) })
    expect(refusal?.message).toMatch(advice)
    expect(run.state).toEqual(initial)
  })
})

test.each([
  'Attempted to assign to readonly property.',
  'Attempting to define property on object that is not extensible.',
  'Unable to delete property.',
  'Attempting to change the prototype of a non-extensible object',
  '"n" is read-only',
  'can\'t define property "n": Object is not extensible',
  "can't define property 3: Array is not extensible",
  'property "n" is non-configurable and can\'t be deleted',
  'can\'t redefine non-configurable property "n"',
  "can't set prototype: it isn't extensible",
  "can't define array index property past the end of an array with non-writable length",
  "Cannot assign to read-only property 'n'",
  "Cannot add new property 'more'",
  'Property is not configurable',
])('in the words of another engine: %s', (message) => {
  const refusal = runOf(() => {
    throw new TypeError(message)
  }).in.send({ type: 'X' })
  expect(refusal?.message).toContain(message)
  expect(refusal?.message).toMatch(advice)
})

test.each([
  new TypeError("Cannot read properties of undefined (reading 'n')"),
  new TypeError('state.items.map is not a function'),
  new TypeError("Cannot set properties of undefined (setting 'n')"),
  new TypeError('undefined is not an object'),
  new Error('the account is frozen: it is read-only'),
  'read-only',
])('any other error gets no advice: %s', (thrown) => {
  const refusal = runOf(() => {
    throw thrown
  }).in.send({ type: 'X' })
  expect(refusal).toMatchObject({ code: 'TRANSITION_FAILED' })
  expect(refusal?.message).not.toMatch(advice)
})

test('an output that is changed after it was emitted is frozen too', () => {
  const run = runOf((state, _event, emit) => {
    const output = { type: 'o', n: 1 }
    emit(output)
    output.n = 2
    return state
  })
  expect(run.in.send({ type: 'X' })?.message).toMatch(advice)
})

test('the input is frozen, and initial learns it', () => {
  const machine = machineOf((state) => state, {
    initial: (input: { list: number[] }) => {
      input.list.push(1)
      return input.list
    },
  })
  const error = thrownBy<RunError>(() => createRun(machine, { input: { list: [] } }))
  expect(error).toMatchObject({ code: 'TRANSITION_FAILED', message: expect.stringMatching(advice) })
})

test('the console says it too', () => {
  const error = vi.mocked(console.error).mockClear()
  runOf((state) => state.items.push(4), { initial }).in.send({ type: 'X' })
  expect(error.mock.calls.flat().map(String).join(' ')).toMatch(advice)
})

test('isDone learns it', () => {
  const machine = defineMachine<{ list: number[] }, { type: 'X' }>({
    name: 'm',
    version: '1',
    initial: () => ({ list: [] }),
    on: { X: ({ list }) => ({ list: [...list, 2, 1] }) },
    isDone: ({ list }) => list.length > 0 && list.reverse()[0] === 9,
  })
  expect(createRun(machine).in.send({ type: 'X' })?.message).toMatch(/isDone threw .*states, events/)
})
