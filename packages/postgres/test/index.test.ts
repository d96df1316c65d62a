/** The public names, and the examples, which are run against PGlite and against the server. */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as postgres from '@xmachines/postgres'
import { expect, inject, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('the public names are these', () => {
  expect(Object.keys(postgres).toSorted()).toEqual(['createTables', 'postgresStore', 'schema'])
})

/** Prints values that are not text as JSON, on one line. */
const show = `console.log = (...shown) =>
  void process.stdout.write(shown.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(' ') + '\\n')\n`

test('every example prints what it says', () => {
  const { host, port, user, database } = inject('postgres')
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database }
  let examples = 0
  for (const file of ['README.md', ...globSync('src/**/*.ts', { cwd: root })]) {
    const text = readFileSync(join(root, file), 'utf8').replace(/^ \* ?/gm, '')
    const fence = file === 'README.md' ? /```ts\n([\s\S]*?)```/g : /@example\n```ts\n([\s\S]*?)```/g
    const blocks = [...text.matchAll(fence)].map(([, code = '']) => code)
    // Later examples of the page continue the earlier ones.
    for (const code of file === 'README.md' ? [blocks.join('\n')] : blocks) {
      const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment = '']) => comment)
      const flags = ['--conditions=@xmachines/source', '--input-type=module-typescript', '--eval', show + code]
      const { stdout, stderr } = spawnSync(process.execPath, flags, { cwd: root, encoding: 'utf8', env })
      expect(stdout.trimEnd().split('\n'), stderr).toEqual(expected)
      examples++
    }
  }
  expect(examples).toBe(2)
})
