/** Bundlers drop the code of development from a production bundle, and keep it in a development bundle. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpack from 'webpack'
import { unpackInto } from './project.ts'

type Mode = 'production' | 'development'

const root = join(import.meta.dirname, '../..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'xmachines-bundlers-')))
const entry = join(folder, 'entry.js')
const external = ['react', 'use-sync-external-store/with-selector']

/** Texts of development, of each of its files in core and of the hooks. */
const DEVELOPMENT = [
  'Read run.err to handle refusals',
  'plain data has no getters and setters',
  'plain data has only enumerable members',
  'The history of',
]
/** Texts that production needs too. */
const ALWAYS = ['plain data has no', 'this platform has no global']

beforeAll(() => {
  unpackInto(folder, '@xmachines/core')
  unpackInto(folder, '@xmachines/react')
  const modules = join(folder, 'node_modules')
  symlinkSync(join(root, 'packages/core/node_modules/@noble'), join(modules, '@noble'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(entry, `export * from '@xmachines/core'\nexport * from '@xmachines/react'\n`)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe.each([
  ['esbuild', bundleWithEsbuild],
  ['Vite', bundleWithVite],
  ['Rollup', bundleWithRollup],
  ['webpack', bundleWithWebpack],
])('%s', (_name, bundle) => {
  test('drops what only development needs', async () => {
    const code = await bundle('production')
    expect(DEVELOPMENT.filter((text) => code.includes(text))).toEqual([])
    expect(ALWAYS.filter((text) => !code.includes(text))).toEqual([])
    // What is left of the question is less than what asking it would take.
    expect(code).not.toMatch(/\bprocess\.env\b/)
  })

  test('keeps it in development', async () => {
    const code = await bundle('development')
    expect([...DEVELOPMENT, ...ALWAYS].filter((text) => !code.includes(text))).toEqual([])
  })
})

async function bundleWithEsbuild(mode: Mode): Promise<string> {
  const { outputFiles } = await esbuild({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    external,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  })
  return outputFiles[0]?.text ?? ''
}

async function bundleWithVite(mode: Mode): Promise<string> {
  const built = await vite({
    root: folder,
    mode,
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    build: { write: false, lib: { entry, formats: ['es'] }, rollupOptions: { external } },
  })
  const [bundle] = Array.isArray(built) ? built : [built]
  if (bundle === undefined || !('output' in bundle)) throw new Error('Vite built nothing')
  return bundle.output[0].code
}

async function bundleWithRollup(mode: Mode): Promise<string> {
  const bundle = await rollup({
    input: entry,
    external,
    plugins: [
      {
        name: 'as @rollup/plugin-node-resolve and @rollup/plugin-replace do',
        resolveId: (source, importer) => (importer === undefined ? source : createRequire(importer).resolve(source)),
        transform: (code) => ({ code: code.replaceAll('process.env.NODE_ENV', JSON.stringify(mode)), map: null }),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  return output[0].code
}

async function bundleWithWebpack(mode: Mode): Promise<string> {
  const path = join(folder, mode)
  await new Promise<void>((resolve, reject) => {
    webpack(
      {
        mode,
        entry,
        context: folder,
        devtool: false,
        externalsType: 'module',
        externals: external,
        experiments: { outputModule: true },
        output: { path, filename: 'bundle.js', library: { type: 'module' } },
      },
      (error, stats) => {
        if (error === null && stats?.hasErrors() === false) resolve()
        else reject(error ?? new Error(stats?.toString()))
      },
    )
  })
  return readFileSync(join(path, 'bundle.js'), 'utf8')
}
