/**
 * Measures what the packages weigh in a page, minified and compressed with gzip, beside their peers.
 * A weight has a bar, which is where it should be, and, while it misses that, a ceiling, over which it may not grow.
 * Fails where a weight is over its ceiling, or over its bar and has no ceiling. A kilobyte is 1000 bytes.
 */
import { bindings } from '../bench/src/react/sizes.ts'
import { react, weigh } from './weigh.ts'

interface Row {
  name: string
  /** The module whose bundle is weighed. */
  code: string
  external?: readonly string[]
  /** The folder whose dependencies it imports: the root unless given. */
  folder?: string
  /** Where it should be, in kB. Peers have none. */
  bar?: number
  /** How far it may miss its bar today, in kB; to be lowered with the weight, and dropped once the bar holds. */
  ceiling?: number
}

const rows: Row[] = [
  {
    name: '@xmachines/core, whole',
    code: `export * from '@xmachines/core'`,
    bar: 10,
    ceiling: 15.5,
  },
  {
    name: '  createRun and defineMachine, with SHA-1',
    code: `export { createRun, defineMachine } from '@xmachines/core'`,
    bar: 7.5,
    ceiling: 12.3,
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
    ceiling: 2.4,
  },
  {
    name: '  with use-sync-external-store',
    code: `export * from '@xmachines/react'`,
    external: [...react, '@xmachines/core'],
    bar: 3,
    ceiling: 3.3,
  },
  {
    name: 'xstate: the same, with @xstate/react, whole',
    code: `export { createActor, createMachine } from 'xstate'; export * from '@xstate/react'`,
    external: react,
  },
  ...bindings.map(({ name, code }) => ({ name: `to show state: ${name}`, code, external: react, folder: 'bench' })),
]

let failures = 0
let missed = 0
for (const { name, code, external, folder, bar, ceiling = bar } of rows) {
  try {
    const weight = await weigh(code, external, folder)
    const holds = bar === undefined || weight <= bar * 1000
    const grown = ceiling !== undefined && weight > ceiling * 1000
    if (!holds) missed += 1
    if (grown) failures += 1
    const missing = ceiling === bar || grown ? 'OVER' : `misses, and may not pass ${Number(ceiling).toFixed(1)} kB`
    const verdict = bar === undefined ? '' : `at most ${bar.toFixed(1)} kB  ${holds ? 'holds' : missing}`
    console.log(`${name.padEnd(52)}${(weight / 1000).toFixed(2).padStart(6)} kB  ${verdict}`.trimEnd())
  } catch (error) {
    failures += 1
    console.log(`${name.padEnd(52)}   not weighed: ${error instanceof Error ? error.message : String(error)}`)
  }
}
if (missed > 0) console.log(`${missed} of ${rows.length} weights miss their bar.`)
if (failures > 0) {
  console.error(`${failures} of ${rows.length} weights may not grow so far.`)
  process.exitCode = 1
}
