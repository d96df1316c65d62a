/**
 * Measures what the packages weigh in a page, minified and compressed with gzip, beside their peers.
 * Fails where a weight is over its bar. A kilobyte is 1000 bytes.
 */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

interface Row {
  name: string
  /** The module whose bundle is weighed. */
  code: string
  external?: string[]
  /** In kB. Peers have none. */
  bar?: number
}

const react = ['react', 'react-dom', 'react/jsx-runtime']

const rows: Row[] = [
  {
    name: '@xmachines/core, whole',
    code: `export * from '@xmachines/core'`,
    bar: 10,
  },
  {
    name: '  createRun and defineMachine, with SHA-1',
    code: `export { createRun, defineMachine } from '@xmachines/core'`,
    bar: 7.5,
  },
  {
    name: '  whole, with SHA-256 as well',
    code: `export * from '@xmachines/core'; export * from '@xmachines/core/sha256'`,
  },
  {
    name: 'xstate: createActor and createMachine',
    code: `export { createActor, createMachine } from 'xstate'`,
  },
  {
    name: '@xmachines/react',
    code: `export * from '@xmachines/react'`,
    external: [...react, '@xmachines/core', 'use-sync-external-store'],
    bar: 2,
  },
  {
    name: '  with use-sync-external-store',
    code: `export * from '@xmachines/react'`,
    external: [...react, '@xmachines/core'],
    bar: 3,
  },
  {
    name: 'xstate: the same, with @xstate/react, whole',
    code: `export { createActor, createMachine } from 'xstate'; export * from '@xstate/react'`,
    external: react,
  },
]

let failures = 0
for (const { name, code, external = [], bar } of rows) {
  try {
    const weight = await weigh(code, external)
    const holds = bar === undefined || weight <= bar * 1000
    if (!holds) failures += 1
    const verdict = bar === undefined ? '' : `at most ${bar.toFixed(1)} kB  ${holds ? 'holds' : 'OVER'}`
    console.log(`${name.padEnd(52)}${(weight / 1000).toFixed(2).padStart(6)} kB  ${verdict}`.trimEnd())
  } catch (error) {
    failures += 1
    console.log(`${name.padEnd(52)}   not weighed: ${error instanceof Error ? error.message : String(error)}`)
  }
}
if (failures > 0) {
  console.error(`${failures} of ${rows.length} weights do not hold.`)
  process.exitCode = 1
}

async function weigh(contents: string, external: string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, '..') },
    bundle: true,
    minify: true,
    write: false,
    logLevel: 'silent',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@xmachines/source', 'module', 'production'],
    define: { 'process.env.NODE_ENV': '"production"' },
    external,
  })
  return outputFiles.reduce((sum, { contents: bytes }) => sum + gzipSync(bytes, { level: 9 }).byteLength, 0)
}
