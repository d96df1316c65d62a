/** What is left out in production builds, seen in a process of its own. */
import { describe, expect, test } from 'vitest'
import { runModule } from './child.ts'

const source = `
import { createRun, defineMachine } from '@xmachines/core'
let calls = 0
const shown: Record<string, unknown> = {}
const machine = (handle: (state: any) => any) =>
  defineMachine<any, { type: 'X' }>({ name: 'm', version: '1', initial: 0, transition: handle })

const counting = createRun(machine(() => ++calls))
shown.refusal = counting.in.send({ type: 'X' })?.code
shown.calls = calls

const frozen = createRun(machine(() => ({ kept: Object.freeze({ when: new Date(0) }) })))
shown.frozen = frozen.in.send({ type: 'X' })?.code

const open = createRun(machine(() => ({ when: new Date(0) })))
shown.open = open.in.send({ type: 'X' })?.code

const cyclic: any = {}
cyclic.self = cyclic
shown.cyclic = createRun(machine(() => cyclic)).in.send({ type: 'X' })?.code
const unfolding = (depth: number): unknown[] => {
  let graph: unknown[] = [1]
  for (let level = 0; level < depth; level++) graph = [graph, graph]
  return graph
}
shown.unfolding = createRun(machine(() => unfolding(40))).in.send({ type: 'X' })?.code
const nested = createRun(machine(() => ({ a: [{ b: 1 }] })))
nested.in.send({ type: 'X' })
shown.nested = Object.isFrozen(nested.snapshot.current.state.a[0])

let warned = 0
console.warn = console.error = () => void warned++
const silent = createRun(machine(() => { throw new Error('no') }))
await silent.in.getWriter().write({ type: 'X' })
await new Promise((resolve) => setTimeout(resolve))
await new Promise((resolve) => setTimeout(resolve))
createRun(defineMachine<number, { type: string }>({ name: 'm', version: '1', initial: 0, on: {} })).in.send({ type: 'X' })
shown.warned = warned
console.log(JSON.stringify(shown))
`

describe('in production', () => {
  const shown = JSON.parse(runModule(source, { env: { NODE_ENV: 'production' } })) as Record<string, unknown>

  test('each batch is stepped once', () => {
    expect([shown['refusal'], shown['calls']]).toEqual([undefined, 1])
  })

  test('what is frozen already is trusted, and what is not is checked', () => {
    expect([shown['frozen'], shown['open']]).toEqual([undefined, 'INVALID_STATE'])
  })

  test('a new cycle or unfolding graph is refused as in development, and what is new is frozen all the way down', () => {
    expect([shown['cyclic'], shown['unfolding'], shown['nested']]).toEqual(['INVALID_STATE', 'INVALID_STATE', true])
  })

  test('nothing is printed on the console', () => {
    expect(shown['warned']).toBe(0)
  })
})

test('development checks all of it, and warns', () => {
  expect(JSON.parse(runModule(source))).toEqual({
    refusal: 'NONDETERMINISTIC',
    calls: 2,
    frozen: 'INVALID_STATE',
    open: 'INVALID_STATE',
    cyclic: 'INVALID_STATE',
    unfolding: 'INVALID_STATE',
    // Made anew in each of the two steps, and the same.
    nested: true,
    // A bug, and a type of event that no handler names.
    warned: 2,
  })
})
