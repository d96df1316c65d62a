/** Bundles what is measured as a user's bundler would: ours from its sources, for production, one file for everywhere. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/**
 * Bundles some rows and all that they measure.
 * @param rows the file, seen from here, that exports `rowNames` and `measureRow`
 * @returns the path of an ES module that exports the same
 */
export function bundle(rows: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, rows)],
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
  const file = join(folder, rows.replaceAll('/', '-').replace(/\.tsx?$/, '.js'))
  writeFileSync(file, outputFiles[0]?.contents ?? '')
  return file
}
