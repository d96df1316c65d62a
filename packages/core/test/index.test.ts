/** The public names, and their examples, which are run. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@xmachines/core'
import * as capture from '@xmachines/core/capture'
import * as internal from '@xmachines/core/internal'
import * as native from '@xmachines/core/node'
import * as sha256 from '@xmachines/core/sha256'
import * as testing from '@xmachines/core/testing'
import * as undo from '@xmachines/core/undo'
import { describe, expect, test } from 'vitest'
import { runModule } from './child.ts'

const folder = join(import.meta.dirname, '../src')
const names = [
  'RunError',
  'createRun',
  'defineMachine',
  'forkRun',
  'handleOutputs',
  'refuse',
  'replayRun',
  'restoreRun',
  'to',
  'toMermaid',
  'waitFor',
]
const testNames = ['commandsOf', 'coverageOf', 'pathsOf', 'testOf']

interface Example {
  /** The function, class or constant that it belongs to. */
  readonly name: string
  readonly source: string
  /** What each console.log is said to print. */
  readonly expected: readonly string[]
}

/** Every example of a docstring, with the declaration that the docstring stands before. */
function readExamples(): Example[] {
  const found: Example[] = []
  for (const file of globSync('**/*.ts', { cwd: folder }).toSorted()) {
    const text = readFileSync(join(folder, file), 'utf8')
    const docstring =
      /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*(?:export\s+)?(?:async\s+)?(?:function|class|const|let|interface|type)?\s*(\w+)/g
    for (const [, comment = '', name = ''] of text.matchAll(docstring)) {
      const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
      for (const [, source = ''] of lines.join('\n').matchAll(/@example\s+```ts\n([\s\S]*?)```/g)) {
        const expected = [...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment = '']) => comment)
        found.push({ name, source, expected })
      }
    }
  }
  return found
}

const examples = readExamples()

test('the public names are these', () => {
  expect(Object.keys(core).toSorted()).toEqual(names)
  expect(Object.keys(sha256)).toEqual(['sha256'])
  expect(Object.keys(undo)).toEqual(['undoable'])
  expect(Object.keys(capture)).toEqual(['captureRun'])
  expect(Object.keys(testing).toSorted()).toEqual(testNames)
  expect(Object.keys(native).toSorted()).toEqual(['sha1', 'sha256'])
  expect(Object.keys(internal).toSorted()).toEqual([
    'NAME',
    'VERSION',
    'admit',
    'batchHeader',
    'canonicalJson',
    'chainOf',
    'checkHandlers',
    'claimGenesis',
    'commitText',
    'countOf',
    'currentSnapshot',
    'encodeBatches',
    'eventsOf',
    'firstDifference',
    'freezePlain',
    'genesisObjects',
    'gitObject',
    'givenBatch',
    'handlerOf',
    'hasMode',
    'hookKey',
    'internalsKey',
    'internalsOf',
    'isMachine',
    'isWatched',
    'itemAt',
    'jsonFile',
    'keepGiven',
    'newToken',
    'nonceOf',
    'oidAt',
    'openOutsideHistory',
    'outputHandling',
    'pause',
    'pickMachine',
    'readBatchMessage',
    'recordable',
    'replaySteps',
    'restoreSnapshot',
    'restoreWatched',
    'sequenceOf',
    'sequenceWaits',
    'showSnapshot',
    'snapshotLog',
    'startRecording',
    'takeLease',
    'tentativeLog',
    'tentativeRun',
    'treeBytes',
    'watchUnhandled',
  ])
})

test('nothing of the package is imported by another path', async () => {
  const hidden = '@xmachines/core/src/engine/enter.ts'
  await expect(import(/* @vite-ignore */ hidden)).rejects.toThrow()
})

describe('an example', () => {
  test.each([...names, ...testNames, 'captureRun', 'sha256', 'sha1', 'undoable'])(
    'of %s stands in its docstring',
    (name) => {
      expect(examples.map((example) => example.name)).toContain(name)
    },
  )

  test.each(examples)('of $name imports by the public name, and says what it prints', ({ source, expected }) => {
    expect(source).toMatch(/from '@xmachines\/core(\/sha256|\/node|\/undo|\/store|\/capture|\/testing)?'/)
    expect(source.match(/console\.log\(/g)).toHaveLength(expected.length)
    expect(expected).not.toEqual([])
  })

  test.each(examples)('of $name prints what it says', ({ source, expected }) => {
    expect(linesOf(source)).toEqual(expected)
  })

  const elsewhere = readFileSync(join(folder, '../../../docs/coming-from-xstate.md'), 'utf8')
  const codeBelow = (heading: string): string =>
    new RegExp(`## ${heading}\n[^]*?\`\`\`ts\n([^]*?)\`\`\``).exec(elsewhere)?.[1] ?? ''
  const cancelled = codeBelow('A request that can be cancelled')
  const retried = codeBelow('A request that is tried again')

  test('of the page for those who come from elsewhere prints what it says', () => {
    const [, events = ''] = /It prints (.*): every event/.exec(elsewhere) ?? []
    const types = [...events.matchAll(/`([A-Z]+)`/g)].map(([, type]) => type)
    expect(linesOf(retried)).toEqual(['{"at":"known","price":4}', ...types])
  })

  test('of a request that can be cancelled has at most 25 lines of machine and wiring', () => {
    const [, counted = ''] = cancelled.split('// From here to the end it is machine and wiring.\n')
    const lines = counted.split('\n').filter((line) => line.trim() !== '')
    expect(counted).toMatch(/^type Search =/)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120)
    expect(lines.length).toBeGreaterThan(10)
    expect(lines.length).toBeLessThanOrEqual(25)
  })

  test('of a request that can be cancelled aborts it, lets the newer one take over, and drops late answers', () => {
    const use = `
const asked = []
globalThis.fetch = (url, { signal }) =>
  new Promise((answer, fail) => asked.push({ url, signal, answer: (hits) => answer({ json: () => hits }), fail }))
const turn = () => new Promise((resolve) => setTimeout(resolve))
const ask_ = async (query) => {
  run.in.send({ type: 'ASK', query })
  await turn()
  return asked.at(-1)
}
const one = await ask_('one')
run.in.send({ type: 'CANCEL' })
const two = await ask_('two')
const three = await ask_('three')
const again = await ask_('three')
console.log(asked.map(({ signal }) => signal.aborted))
for (const late of [one, two, three]) late.answer(['late'])
await turn()
console.log(run.state)
again.answer(['in time'])
await turn()
console.log(run.state, again.signal.aborted)
const failing = await ask_('four')
failing.fail(new Error('offline'))
await turn()
console.log(run.state)
const types = []
for (const record of run.toJSON().records.slice(1)) types.push(record.events[0].type)
console.log(types.join(' '))
`
    expect(linesOf(cancelled + use)).toEqual([
      '[true,true,true,false]',
      '{"at":"loading","query":"three"}',
      '{"at":"found","hits":["in time"]} false',
      '{"at":"failed"}',
      'ASK CANCEL ASK ASK ASK FOUND ASK FAILED',
    ])
  })
})

/** What a program prints, each thing as JSON. */
function linesOf(source: string): string[] {
  const show = `console.log = (...shown) =>
    void process.stdout.write(shown.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(' ') + '\\n')\n`
  return runModule(show + source)
    .trimEnd()
    .split('\n')
}
