/** Bundles what is measured as a user's bundler would: core from its sources, for production, one file for everywhere. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/**
 * Bundles the rows and all that they measure.
 * @returns the path of an ES module that exports `measureRows`
 */
export function bundle(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, 'rows.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@xmachines/source', 'module', 'production'],
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const folder = join(import.meta.dirname, '../node_modules/.cache/bench')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'rows.js')
  writeFileSync(file, outputFiles[0]?.contents ?? '')
  return file
}
