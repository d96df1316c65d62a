/** Core on platforms that lack something: each thing is removed in a process of its own before core is imported. */
import { describe, expect, test } from 'vitest'
import { runModule } from './child.ts'

/** Creates, writes, reads, waits, handles, saves and restores, and prints what came of it. */
const SCENARIO = `
const { createRun, defineMachine, handleOutputs, RunError, replayRun, restoreRun, toMermaid, waitFor } = await import('@xmachines/core')
const { sha256 } = await import('@xmachines/core/sha256')
const counter = defineMachine({
  name: 'counter',
  version: '1',
  initial: { count: 0, text: '' },
  on: {
    ADD: (state, { by, text = '' }, emit) => {
      if (by < 0) throw new Error('no')
      emit({ type: 'added', by })
      return { count: state.count + by, text: state.text + text }
    },
  },
  isDone: ({ count }) => count > 99,
})
const shown = {}
for (const format of [undefined, sha256]) {
  const run = createRun(counter, { createdAt: 0, nonce: new Uint8Array(16), ...(format && { format }) })
  let notified = 0
  run.snapshot.subscribe(() => { throw new Error('reported ' + notified++) })
  const writer = run.in.getWriter()
  await writer.write({ type: 'ADD', by: 1, text: 'zwölf € 🦆' })
  await writer.write([{ type: 'ADD', by: 2 }, { type: 'ADD', by: 3 }])
  await writer.write({ type: 'ADD', by: -1 })
  writer.releaseLock()
  const refused = [
    run.in.send({ type: 'ADD', by: -1 }),
    run.in.send({ type: 'ADD', by: 1, text: '\\ud800' }),
    run.in.send({ type: 'ADD', by: 1, ['\\udc00']: 1 }),
    run.in.send({ type: 'ADD', by: 1, deep: [{ text: 'a\\udfffb'.repeat(99) }] }),
  ]
  shown.refused = refused.map((refusal) => refusal instanceof RunError && refusal.code)
  shown.pairs = run.in.send({ type: 'ADD', by: 1, text: '🦆'.repeat(200) })
  const { value } = await run.snapshot.getReader().read()
  const errors = run.err.getReader()
  shown.first = (await errors.read()).value.sequence
  const restored = restoreRun(counter, JSON.parse(JSON.stringify(run)), format && { format })
  const replayed = replayRun(counter, run.toJSON(), format && { format })
  const records = run.history().getReader()
  const known = (await records.read()).value.oid
  const settled = handleOutputs(restored, { added: ({ by }) => (by === 50 ? { type: 'ADD', by: 50 } : undefined) })
  const done = waitFor(restored, ({ status }) => status === 'done', { signal: new AbortController().signal })
  restored.in.send({ type: 'ADD', by: 50 })
  const set = run.ports({ from: 'start' })
  const outputs = []
  const reader = set.out.getReader()
  for (let at = 0; at < 3; at++) outputs.push((await reader.read()).value.by)
  shown[run.genesis.format] = [run.id, run.head, restored.id === run.id, replayed.head === run.head, known === run.id,
    value.sequence, outputs, (await done).sequence, await settled, notified]
}
shown.diagram = toMermaid(counter).length
const { log } = console
log(JSON.stringify(shown))
`

/** What the scenario prints after some code has run. */
function outcome(before: string, env: Readonly<Record<string, string>> = {}): unknown {
  const quiet = `console.warn = console.error = () => undefined\nglobalThis.reportError = console.error\n`
  return JSON.parse(runModule(`${quiet}${before}\n${SCENARIO}`, { env }))
}

const whole = outcome('')

/** Globals, and members of built-ins that are newer than ES2020 or that some platform lacks. */
const LACKING = [
  'crypto',
  'process',
  'reportError',
  'queueMicrotask',
  'setTimeout',
  'performance',
  'structuredClone',
  'TextEncoder',
  'TextDecoder',
  'WeakRef',
  'FinalizationRegistry',
  'DOMException',
  'Buffer',
  'MessageChannel',
  'WritableStreamDefaultWriter',
  'WritableStreamDefaultController',
  'ReadableStreamDefaultReader',
  'ReadableStreamDefaultController',
  'ReadableStream.prototype[Symbol.asyncIterator]',
  'ReadableStream.prototype.values',
  'ReadableStream.from',
  'String.prototype.isWellFormed',
  'String.prototype.toWellFormed',
  'String.prototype.replaceAll',
  'String.prototype.at',
  'Array.prototype.at',
  'Array.prototype.findLast',
  'Array.prototype.toSorted',
  'Object.groupBy',
  'Promise.any',
  'Promise.withResolvers',
  'AbortSignal.any',
  'AbortSignal.timeout',
  'AbortSignal.prototype.throwIfAborted',
  'Uint8Array.prototype.toHex',
  'Uint8Array.fromHex',
]

test('the scenario says what a whole platform gives', () => {
  expect(whole).toMatchObject({
    refused: ['TRANSITION_FAILED', 'INVALID_EVENT', 'INVALID_EVENT', 'INVALID_EVENT'],
    first: 2,
  })
})

test.each(LACKING)('core is imported, and runs, if the platform has no %s', (name) => {
  expect(outcome(`delete globalThis.${name}`)).toEqual(whole)
})

test('core is imported, and runs, if the global writer is not that of the global stream, as with some polyfills', () => {
  const before = `globalThis.WritableStreamDefaultWriter = class {
    constructor() { throw new TypeError('not a stream of this writer') }
  }`
  expect(outcome(before)).toEqual(whole)
})

test.each(['development', 'production'])(
  'core is imported, and runs, if the platform has none of them (%s)',
  (mode) => {
    const removed = LACKING.filter((name) => name !== 'process' || mode === 'development')
    // With `process` goes the mode, and then it is production.
    const before = removed.map((name) => `delete globalThis.${name}`).join('\n')
    expect(outcome(before, { NODE_ENV: mode })).toEqual(whole)
  },
)

test('development takes its own ways through data, also without the newer built-ins', () => {
  const before = LACKING.filter((name) => name !== 'process').map((name) => `delete globalThis.${name}`)
  expect(outcome(before.join('\n'))).toEqual(whole)
})

test('without AbortController only the handling of outputs fails, and says so', () => {
  const shown = runModule(`
    delete globalThis.AbortController
    const { createRun, defineMachine, handleOutputs } = await import('@xmachines/core')
    const run = createRun(defineMachine({ name: 'light', version: '1', initial: 'off', on: { TOGGLE: () => 'on' } }))
    await run.in.getWriter().write({ type: 'TOGGLE' })
    console.log(run.state, String(await handleOutputs(run, {}).catch((error) => error)))`)
  expect(shown).toContain('on ReferenceError: AbortController is not defined')
})

describe('what cannot be replaced is named when it is needed, with what to do', () => {
  const imports = `const { createRun, defineMachine, restoreRun } = await import('@xmachines/core')
    const light = defineMachine({ name: 'light', version: '1', initial: 'off', on: { TOGGLE: () => 'on' } })`
  const thrownBy = (before: string, use: string): string =>
    runModule(`${before}\n${imports}
      const nonce = new Uint8Array(16)
      try { ${use}; console.log('nothing') } catch (error) { console.log(String(error)) }`).trim()

  test.each([
    ['crypto', 'delete globalThis.crypto'],
    ['crypto.getRandomValues', "Object.defineProperty(globalThis, 'crypto', { value: {} })"],
  ])('an id that is drawn, if there is no %s', (_name, before) => {
    expect(thrownBy(before, 'createRun(light).id')).toMatch(/^TypeError: .*crypto\.getRandomValues.*nonce/)
    expect(thrownBy(before, 'createRun(light).toJSON()')).toMatch(/^TypeError: .*crypto\.getRandomValues.*nonce/)
    expect(thrownBy(before, "createRun(light).in.send({ type: 'TOGGLE' })")).toBe('nothing')
    expect(thrownBy(before, 'createRun(light, { nonce }).id')).toBe('nothing')
  })

  test.each([
    ['WritableStream', 'in'],
    ['ReadableStream', 'out'],
    ['ReadableStream', 'err'],
    ['ReadableStream', 'snapshot'],
    ['ReadableStream', 'history()'],
    ['ReadableStream', "ports({ from: 'start' }).readable"],
    ['WritableStream', 'ports().writable'],
  ])('a platform without %s, at run.%s', (name, port) => {
    const thrown = thrownBy(`delete globalThis.${name}`, `createRun(light, { nonce }).${port}`)
    expect(thrown).toMatch(new RegExp(`^TypeError: .*\\b${name}\\b.*polyfill`))
  })

  test('a platform without streams makes, restores and names runs all the same', () => {
    const before = 'delete globalThis.ReadableStream; delete globalThis.WritableStream'
    const use = `const run = createRun(light, { nonce, createdAt: 0 })
      const again = restoreRun(light, JSON.parse(JSON.stringify(run)))
      if (again.id !== run.id || run.state !== 'off' || run.head !== run.id) throw run.id`
    expect(thrownBy(before, use)).toBe('nothing')
  })

  test('streams that are installed after the import are used', () => {
    const before = 'const Streams = globalThis.WritableStream; delete globalThis.WritableStream'
    const use = `const run = createRun(light, { nonce })
      try { run.in } catch {}
      globalThis.WritableStream = Streams
      run.in.send({ type: 'TOGGLE' })
      if (run.state !== 'on') throw run.state`
    expect(thrownBy(before, use)).toBe('nothing')
  })
})

test.each([
  ['before', 'stop.abort(); const waiting = waitFor(run, () => false, { signal })'],
  ['while', 'const waiting = waitFor(run, () => false, { signal }); stop.abort()'],
])('a signal that has no reason, and aborts %s waitFor waits, gives an error', (_when, wait) => {
  const shown = runModule(`
    delete AbortSignal.prototype.reason
    const { createRun, defineMachine, waitFor } = await import('@xmachines/core')
    const run = createRun(defineMachine({ name: 'light', version: '1', initial: 'off', on: {} }))
    const stop = new AbortController()
    const { signal } = stop
    ${wait}
    console.log(String(await waiting.catch((error) => error)))`)
  expect(shown.trim()).toBe('Error: the signal aborted the wait')
})

test('a nonce of another realm is taken', () => {
  const shown = runModule(`
    const { createRun, defineMachine } = await import('@xmachines/core')
    const { runInNewContext } = await import('node:vm')
    const light = defineMachine({ name: 'light', version: '1', initial: 'off', on: {} })
    const id = (nonce) => createRun(light, { nonce, createdAt: 0 }).id
    console.log(id(runInNewContext('new Uint8Array(16)')) === id(Buffer.alloc(16)))`)
  expect(shown.trim()).toBe('true')
})
