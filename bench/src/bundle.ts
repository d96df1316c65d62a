/** Bundles what is measured as a user's bundler would: ours from its sources, in one file that runs everywhere. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** The mode that a bundle is built for. */
export type Mode = 'production' | 'development'

/** The modules that measure core, each with the mode that it is bundled for. */
export const coreRows: readonly (readonly [file: string, mode: Mode])[] = [
  ['rows.ts', 'production'],
  ['development-rows.ts', 'development'],
]

/**
 * Bundles some rows and all that they measure.
 * @param rows a file, relative to this folder, that exports `rowNames` and `measureRow`
 * @param mode what `process.env.NODE_ENV` is in the bundle
 * @returns the path of an ES module that exports the same
 */
export function bundle(rows: string, mode: Mode = 'production'): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, rows)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@xmachines/source', 'module', mode],
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  })
  const folder = join(import.meta.dirname, '../node_modules/.cache/bench')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, rows.replaceAll('/', '-').replace(/\.tsx?$/, '.js'))
  writeFileSync(file, outputFiles[0]?.contents ?? '')
  return file
}
