/** The public names, and their examples, which are run. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@xmachines/core'
import * as internal from '@xmachines/core/internal'
import * as native from '@xmachines/core/node'
import * as sha256 from '@xmachines/core/sha256'
import { describe, expect, test } from 'vitest'
import { runModule } from './child.ts'

const folder = join(import.meta.dirname, '../src')
const names = [
  'RunError',
  'createRun',
  'defineMachine',
  'forkRun',
  'handleOutputs',
  'replayRun',
  'restoreRun',
  'to',
  'toMermaid',
  'waitFor',
]

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
  expect(Object.keys(native).toSorted()).toEqual(['sha1', 'sha256'])
  expect(Object.keys(internal).toSorted()).toEqual([
    'NAME',
    'VERSION',
    'batchHeader',
    'checkHandlers',
    'claimGenesis',
    'commitText',
    'genesisObjects',
    'gitObject',
    'isMachine',
    'jsonFile',
    'openOutsideHistory',
    'outputHandling',
    'pickMachine',
    'readBatchMessage',
    'recordable',
    'restoreSnapshot',
    'treeBytes',
    'watchUnhandled',
  ])
})

test('nothing of the package is imported by another path', async () => {
  const hidden = '@xmachines/core/src/engine/enter.ts'
  await expect(import(/* @vite-ignore */ hidden)).rejects.toThrow()
})

describe('an example', () => {
  test.each([...names, 'sha256', 'sha1'])('of %s stands in its docstring', (name) => {
    expect(examples.map((example) => example.name)).toContain(name)
  })

  test.each(examples)('of $name imports by the public name, and says what it prints', ({ source, expected }) => {
    expect(source).toMatch(/from '@xmachines\/core(\/sha256|\/node)?'/)
    expect(source.match(/console\.log\(/g)).toHaveLength(expected.length)
    expect(expected).not.toEqual([])
  })

  test.each(examples)('of $name prints what it says', ({ source, expected }) => {
    expect(linesOf(source)).toEqual(expected)
  })

  test('of the page for those who come from elsewhere prints what it says', () => {
    const page = readFileSync(join(folder, '../../../docs/coming-from-xstate.md'), 'utf8')
    const [, source = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? []
    const [, events = ''] = /It prints (.*): every event/.exec(page) ?? []
    const types = [...events.matchAll(/`([A-Z]+)`/g)].map(([, type]) => type)
    expect(linesOf(source)).toEqual(['{"at":"known","price":4}', ...types])
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
