/** What the package is named, and that each example of it does what it says. */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as client from '@xmachines/http'
import * as next from '@xmachines/http/next'
import * as node from '@xmachines/http/node'
import * as server from '@xmachines/http/server'
import { describe, expect, test } from 'vitest'
import { portForServer } from '../../../scripts/port-for-server.ts'

const root = join(import.meta.dirname, '..')

test('the public names', () => {
  expect(Object.keys(server).toSorted()).toEqual(['HostError', 'createHandler', 'hosted', 'openHost'])
  expect(Object.keys(next).toSorted()).toEqual([
    'oncePerProcess',
    'readRun',
    'routeHandlers',
    'withXMachines',
    'writeRun',
  ])
  expect(Object.keys(node).toSorted()).toEqual(['nodeListener', 'serveNode'])
  expect(Object.keys(client).toSorted()).toEqual([
    'ConnectionError',
    'connectList',
    'connectRun',
    'fetchList',
    'fetchRun',
    'pendingIn',
  ])
})

/** The port that the page shows may be taken. */
const port = String(await portForServer())

describe('an example', () => {
  const files = ['README.md', ...globSync('src/{client,host,handler,next,node}/**/*.ts', { cwd: root })]
  const examples = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const isPage = file === 'README.md'
    const fence = isPage ? /```ts\n([\s\S]*?)```/g : /@example\n \* ```ts\n([\s\S]*?)```/g
    const blocks = Array.from(text.matchAll(fence), ([, code = '']) => code.replaceAll(/^ \* ?/gm, ''))
    // Later examples of the page continue the earlier ones.
    const programs = isPage ? [blocks.join('\n').replaceAll('3000', port)] : blocks
    return programs.map((code) => [file, code] as const)
  })

  test.each(examples)('of %s prints what it says', (_file, code) => {
    const lines = Array.from(code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm), ([, line]) => line)
    const flags = ['--conditions=@xmachines/source', '--input-type=module-typescript', '--eval', code]
    const { status, stdout, stderr } = spawnSync(process.execPath, flags, { cwd: root, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.trimEnd().split('\n').filter(Boolean)).toEqual(lines)
  })
})
