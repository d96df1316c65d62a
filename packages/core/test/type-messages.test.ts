/** What the compiler says about a wrong definition: what is wrong, and what to do. */
import { beforeAll, describe, expect, test } from 'vitest'
import { compile } from './compile.ts'

const head = `import { defineMachine, to } from '@xmachines/core'
type State = { at: 'idle' } | { at: 'busy'; job: string } | { at: 'done' }
type Event = { type: 'START'; job: string } | { type: 'RESET' }
const common = { name: 'm', version: '1', initial: { at: 'idle' } as const }
`
/** The line of the source that comes after the head. */
const FIRST = 5

const many = Array.from({ length: 40 }, (_, at) => `{ at: 'state${at}' }`).join(' | ')

const sources = {
  emit: `defineMachine<State, Event>({ ...common, on: { RESET: (state, _event, emit) => {
  emit({ type: 'work' })
  return state
} } })`,
  emitNever: `defineMachine<State, Event, never, { n: number }>({ ...common, on: { RESET: (state, _event, emit) => {
  emit('work')
  return state
} } })`,
  emitTo: `defineMachine<State, Event>({ ...common, on: { RESET: to(['idle'], (_state, _event, emit) => {
  emit({ type: 'work' })
  return { at: 'idle' }
}) } })`,
  emitNamed: `defineMachine<{ state: State; event: Event }>()({ ...common, on: { RESET: (state, _event, emit) => {
  emit({ type: 'work' })
  return state
} } })`,
  bareInStates: `defineMachine<State, Event>({ ...common, states: { idle: {
  START: 'busy',
}, busy: {}, done: {} } })`,
  bareInOn: `defineMachine<State, Event>({ ...common, on: {
  START: 'busy',
} })`,
  bareNamed: `defineMachine<{ state: State; event: Event }>()({ ...common, on: {
  START: 'busy',
} })`,
  bareAmongMany: `defineMachine<${many} | { at: 'busy'; job: string }, Event>({ name: 'm', version: '1', initial: { at: 'state1' }, on: {
  START: 'busy',
} })`,
  bareAllData: `defineMachine<{ at: 'a'; n: number } | { at: 'b'; n: number }, Event>({ name: 'm', version: '1', initial: { at: 'a', n: 1 }, on: {
  START: 'b',
} })`,
  state: `defineMachine<{ items: readonly { due: Date }[] }, Event>({ name: 'm', version: '1', initial: { items: [] }, on: {} })`,
  stateOfSeveral: `type Order = { at: 'open' } | { at: 'sent'; when: string | Date }
defineMachine<Order, Event>({ name: 'm', version: '1', initial: { at: 'open' }, on: {} })`,
  event: `defineMachine<State, { type: 'SET'; values?: Map<string, number> }>({ ...common, on: {} })`,
  output: `defineMachine<State, Event, { type: 'call'; back: () => void }>({ ...common, on: {} })`,
  input: `defineMachine<State, Event, never, { id: bigint }>({ ...common, on: {} })`,
  named: `defineMachine<{ state: State; event: Event; input: { seen: Set<string> } }>()({ ...common, on: {} })`,
  misnamed: `defineMachine<{ state: State; event: Event; outputs: string }>()({ ...common, on: {} })`,
  instance: `class Money { private cents = 1 }
defineMachine<{ price: Money }, Event>({ name: 'm', version: '1', initial: null!, on: {} })`,
  items: `defineMachine<{ list: (string | undefined)[] }, Event>({ name: 'm', version: '1', initial: { list: [] }, on: {} })`,
  inferred: `defineMachine({ name: 'm', version: '1', initial: {
  due: new Date(0),
}, on: {} })`,
  good: `const machine = defineMachine<State, Event>({ ...common, states: { idle: { RESET: 'done' }, busy: {}, done: {} } })
export const name: string = machine.name`,
} as const

let errors: Record<keyof typeof sources, string>
beforeAll(() => {
  const named = Object.entries(sources).map(([name, source]) => [name, `${head}${source}\nexport {}\n`])
  errors = compile(Object.fromEntries(named) as typeof sources)
})

test('a good definition compiles', () => {
  expect(errors.good).toBe('')
})

test.each(['emit', 'emitNever', 'emitTo', 'emitNamed'] as const)(
  'an output of a machine that declares none: %s',
  (name) => {
    expect(errors[name]).toMatch(new RegExp(`^${FIRST + 1}:8 `))
    expect(errors[name]).toContain('"(this machine declares no Output: give defineMachine its Output type)"')
    expect(errors[name]).not.toContain("'never'")
    expect(errors[name].trim().split('\n')).toHaveLength(1)
  },
)

test.each(['bareInStates', 'bareInOn', 'bareNamed', 'bareAmongMany', 'bareAllData'] as const)(
  'the bare name of a state that has data: %s',
  (name) => {
    expect(errors[name]).toMatch(new RegExp(`^${FIRST + 1}:3 `))
    expect(errors[name]).toContain(
      `is not assignable to type '"(a state that has data needs a handler that returns it, not its bare name)"`,
    )
    expect(errors[name].trim().split('\n')).toHaveLength(1)
  },
)

describe('a type that is no plain data', () => {
  test.each([
    [
      'state',
      /^5:15 [\s\S]*'items' [\s\S]*'due' [\s\S]*'Date'[\s\S]*"plain data has no Date: use a string or a number"/,
    ],
    [
      'stateOfSeveral',
      /^6:15 [\s\S]*at: "sent"[\s\S]*'when' [\s\S]*"plain data has no Date: use a string or a number"/,
    ],
    ['event', /^5:22 [\s\S]*'values' [\s\S]*"plain data has no Map: use an object"/],
    ['output', /^5:29 [\s\S]*'back' [\s\S]*"plain data has no function: use a name for what it does"/],
    ['input', /^5:36 [\s\S]*'id' [\s\S]*"plain data has no bigint: use a string"/],
    ['named', /^5:15 [\s\S]*'input\.seen' [\s\S]*"plain data has no Set: use an array"/],
    ['misnamed', /^5:15 [\s\S]*'outputs' [\s\S]*"a machine has the types state, event, output and input"/],
    ['instance', /^6:15 [\s\S]*'price' [\s\S]*"plain data has no class instance: use an object of its members"/],
    ['inferred', /^6:3 [\s\S]*'Date'[\s\S]*"plain data has no Date: use a string or a number"/],
    ['items', /^5:15 [\s\S]*'list' [\s\S]*"an array of plain data has no undefined items: use null"/],
  ] as const)('is an error at the type, with the path and what to use: %s', (name, message) => {
    expect(errors[name]).toMatch(message)
    // Nothing else in the definition is an error.
    expect(errors[name].match(/error TS/g)).toHaveLength(1)
  })
})
