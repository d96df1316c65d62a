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

let warned = 0
console.warn = () => void warned++
const silent = createRun(machine(() => { throw new Error('no') }))
await silent.in.getWriter().write({ type: 'X' })
await new Promise((resolve) => setTimeout(resolve))
await new Promise((resolve) => setTimeout(resolve))
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

  test('nothing is warned of on the console', () => {
    expect(shown['warned']).toBe(0)
  })
})

test('elsewhere all of it is checked, and warned of', () => {
  expect(JSON.parse(runModule(source))).toEqual({
    refusal: 'NONDETERMINISTIC',
    calls: 2,
    frozen: 'INVALID_STATE',
    open: 'INVALID_STATE',
    warned: 1,
  })
})
