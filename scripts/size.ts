/**
 * Measures what the packages weigh in a page, minified and compressed with gzip, beside their peers.
 * A weight has a bar, which it should reach. While it misses the bar it also has a ceiling, which it must not exceed.
 * Fails if a weight exceeds its ceiling, or its bar if it has no ceiling. A kilobyte is 1000 bytes.
 */
import { bindings } from '../bench/src/react/sizes.ts'
import { weighPage } from './order-desk.ts'
import { react, weigh } from './weigh.ts'

interface Row {
  name: string
  /** The module whose bundle is weighed. */
  code?: string
  /** The page of the order desk that is weighed instead. */
  page?: string
  external?: readonly string[]
  /** A module that the page has anyway. Only what the bundle of both weighs beyond it is counted. */
  beyond?: string
  /** The folder whose dependencies it imports: the root unless given. */
  folder?: string
  /** What it should reach, in kB. Peers have none. */
  bar?: number
  /** What it must not exceed while it misses its bar, in kB. Lower it with the weight; delete it when the bar holds. */
  ceiling?: number
}

const rows: Row[] = [
  {
    name: '@xmachines/core, whole',
    code: `export * from '@xmachines/core'`,
    bar: 14.5,
    ceiling: 17.6,
  },
  {
    name: '  createRun and defineMachine, with SHA-1',
    code: `export { createRun, defineMachine } from '@xmachines/core'`,
    bar: 11.4,
    ceiling: 13.3,
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
    name: '@xmachines/xstate, beyond core and xstate',
    code: `export * from '@xmachines/xstate'`,
    beyond: `export { createActor, createMachine } from 'xstate'; export * from '@xmachines/core'`,
    folder: 'packages/xstate',
    bar: 5,
    ceiling: 7.3,
  },
  {
    name: '@xmachines/http: connectRun, beyond core',
    code: `export { connectRun } from '@xmachines/http'`,
    beyond: `export * from '@xmachines/core'`,
    folder: 'bench',
    bar: 3,
    ceiling: 6.1,
  },
  {
    name: '  beyond core and its store',
    code: `export { connectRun } from '@xmachines/http'`,
    beyond: `export * from '@xmachines/core'; export * from '@xmachines/core/store'`,
    folder: 'bench',
  },
  {
    name: '@xmachines/inspector: the panel',
    code: `export { showPanel } from './packages/inspector/src/panel/panel.ts'`,
    bar: 15,
  },
  {
    name: '  what loads it, and observe, beyond core',
    code: `export { observe } from '@xmachines/inspector'`,
    beyond: `export * from '@xmachines/core'`,
    folder: 'bench',
  },
  {
    name: '@xmachines/react',
    code: `export * from '@xmachines/react'`,
    external: [...react, '@xmachines/core', 'use-sync-external-store'],
    bar: 2.5,
  },
  {
    name: '  with use-sync-external-store',
    code: `export * from '@xmachines/react'`,
    external: [...react, '@xmachines/core'],
  },
  {
    name: 'xstate: the same, with @xstate/react, whole',
    code: `export { createActor, createMachine } from 'xstate'; export * from '@xstate/react'`,
    external: react,
  },
  { name: 'the order desk: shop page', page: 'page.tsx', bar: 22 },
  { name: 'the order desk: cart page', page: 'cart/page.tsx', bar: 22, ceiling: 31 },
  { name: 'the order desk: order page', page: 'orders/[id]/page.tsx', bar: 22, ceiling: 24.2 },
  { name: 'the order desk: board page', page: 'staff/page.tsx', bar: 22 },
  { name: 'the order desk: world page', page: 'world/page.tsx', bar: 22 },
  ...bindings.map(({ name, code }, at) => ({
    name: `to show state: ${name}`,
    code,
    external: react,
    folder: 'bench',
    // Ours is the first.
    ...(at === 0 ? { bar: 13, ceiling: 15.1 } : {}),
  })),
]

let missed = 0
let failures = 0
for (const row of rows) {
  try {
    const { text, misses, fails } = judge(row, await weighRow(row))
    if (misses) missed += 1
    if (fails) failures += 1
    console.log(`${row.name.padEnd(52)}${text}`)
  } catch (error) {
    failures += 1
    console.log(`${row.name.padEnd(52)}   not weighed: ${error instanceof Error ? error.message : String(error)}`)
  }
}
if (missed > 0) console.log(`${missed} of ${rows.length} weights miss their bar.`)
if (failures > 0) {
  console.error(
    `${failures} of ${rows.length} weights failed. Make the code smaller: nothing may grow past its ceiling.`,
  )
  process.exitCode = 1
}

async function weighRow({ code = '', page, external, beyond, folder }: Row): Promise<number> {
  if (page !== undefined) return await weighPage(page)
  if (beyond === undefined) return await weigh(code, external, folder)
  const [both, without] = [await weigh(`${beyond}; ${code}`, external, folder), await weigh(beyond, external, folder)]
  return both - without
}

function judge({ bar, ceiling = bar }: Row, bytes: number): { text: string; misses: boolean; fails: boolean } {
  const text = `${(bytes / 1000).toFixed(2).padStart(6)} kB`
  if (bar === undefined || ceiling === undefined) return { text, misses: false, fails: false }
  const misses = bytes > bar * 1000
  const fails = bytes > ceiling * 1000
  const besideCeiling = `misses, ceiling ${ceiling.toFixed(1)} kB${fails ? ' EXCEEDED' : ''}`
  const verdict = !misses ? 'holds' : ceiling === bar ? 'EXCEEDED' : besideCeiling
  return { text: `${text}  at most ${bar.toFixed(1)} kB  ${verdict}`, misses, fails }
}
