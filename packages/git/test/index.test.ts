/** The public names, and their examples, which are run. */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as git from '@xmachines/git'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('the public names are these', () => {
  expect(Object.keys(git).toSorted()).toEqual(['GitError', 'openRepository'])
})

test('every example prints what it says', () => {
  let examples = 0
  for (const file of globSync('src/*.ts', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8').replace(/^ \* ?/gm, '')
    for (const [, source = ''] of text.matchAll(/@example\n```ts\n([\s\S]*?)```/g)) {
      const expected = [...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment = '']) => comment)
      const flags = ['--conditions=@xmachines/source', '--input-type=module-typescript', '--eval', source]
      const { stdout, stderr } = spawnSync(process.execPath, flags, { cwd: root, encoding: 'utf8' })
      expect(stdout.trimEnd().split('\n'), stderr).toEqual(expected)
      examples++
    }
  }
  expect(examples).toBeGreaterThan(0)
})
