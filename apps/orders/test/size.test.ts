/** The app stays small: what is longer belongs into a package. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const app = join(import.meta.dirname, '..')

test('the code beside the machine, the components and the samples is fewer than 400 lines', () => {
  const files = ['*.ts', 'app/**/*.ts', 'parts/**/*.ts', 'server/**/*.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: app }),
  )
  const code = files.filter((file) => !file.endsWith('.d.ts') && file !== 'server/samples.ts')
  const lines = code.flatMap((file) => readFileSync(join(app, file), 'utf8').split('\n'))
  const counted = lines.filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/\*|\*)/.test(line))
  expect(code).toContain('server/actions.ts')
  expect(counted.length).toBeLessThan(400)
})
