// How much code the app has beside the machine, the components, the styles and the samples.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const app = join(import.meta.dirname, '..')

/** What is longer belongs into a package. */
export const MOST_LINES = 400

/** The files that count. */
export function countedFiles(): string[] {
  const files = ['*.ts', 'app/**/*.ts', 'parts/**/*.ts', 'server/**/*.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: app }),
  )
  return files.filter((file) => !file.endsWith('.d.ts') && file !== 'server/samples.ts')
}

/** Their lines that are neither empty nor a comment. */
export function countLines(): number {
  const lines = countedFiles().flatMap((file) => readFileSync(join(app, file), 'utf8').split('\n'))
  return lines.filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/\*|\*)/.test(line)).length
}
