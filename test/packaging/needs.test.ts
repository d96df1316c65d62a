/** What the published code needs from a platform is what the guide says. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { globalsOf } from './globals.ts'
import { unpackInto } from './project.ts'

const root = join(import.meta.dirname, '../..')
const guide = readFileSync(join(root, 'docs/platforms.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'xmachines-needs-'))

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('the guide lists every global and every newer built-in that core uses, with its dependency', () => {
  const noble = join(root, 'packages/core/node_modules/@noble/hashes')
  const modules = ['legacy', 'sha2', 'utils', '_md', '_u64'].map((name) => join(noble, `${name}.js`))
  expect(listed('What core needs', 'What core replaces', 'What stores need beyond core')).toEqual(
    used([...published('@xmachines/core'), ...modules]),
  )
})

test('the guide lists every global and every newer built-in that the hooks use', () => {
  expect(listed('What the hooks need beyond core')).toEqual(used(published('@xmachines/react')))
})

test.each(['@xmachines/core', '@xmachines/react'])('%s reads the mode only where it can be read', (name) => {
  const unguarded = published(name).filter((path) => {
    // The one asks whether it can be read. The other is called in development only.
    if (/(mode|data.development)\.js$/.test(path)) return false
    return /(?<!hasMode \? )\bprocess\.env\b/.test(readFileSync(path, 'utf8'))
  })
  expect(unguarded).toEqual([])
})

test.each([
  ['const { a: b } = structuredClone(c), c = 1; export { b as d }', ['structuredClone']],
  ['export async function f() { for await (const each of f()) print(each) }', ['Symbol.asyncIterator', 'print']],
  ['export const last = (items) => items.at(-1) ?? items.with', ['Array.prototype.at']],
  ['const { x = performance.now(), ...rest } = {}; x.crypto = { crypto: rest, [queue]: x }', ['performance', 'queue']],
  ['globalThis.reportError?.(Object.hasOwn({}, 1))', ['Object.hasOwn', 'reportError']],
  ['AbortSignal.any([]); Promise.any([])', ['AbortSignal', 'AbortSignal.any', 'Promise.any']],
  ['class A extends Missing { at() { return import.meta.url } static #b = new A() }', ['Missing']],
  ['try { a: for (;;) break a } catch (error) { alert(error) }', ['alert']],
])('in %s the globals are %j', (code, globals) => {
  expect([...globalsOf(code)].sort()).toEqual(globals)
})

/** The modules of a package as they would be published. */
function published(name: string): string[] {
  unpackInto(folder, name)
  const dist = join(folder, 'node_modules', name, 'dist')
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.js')).map((file) => join(dist, file))
}

function used(modules: readonly string[]): string[] {
  const all = modules.flatMap((path) => [...globalsOf(readFileSync(path, 'utf8'))])
  return [...new Set(all)].sort()
}

/** The names in the first column of the tables below some headings of the guide. */
function listed(...headings: readonly string[]): string[] {
  const rows = headings.flatMap((heading) => {
    const section = guide.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
    return section.split('\n').filter((line) => line.startsWith('| `'))
  })
  return rows.map((row) => row.split('`')[1] ?? row).sort()
}
