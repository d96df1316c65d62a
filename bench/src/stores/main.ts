/** `pnpm bench:stores`: measures what stores do beside the same work done bare, by the clock on the wall. */

import { git } from '../git/repositories.ts'
import { chosenRows } from '../options.ts'
import { printTable, printVersions } from '../report.ts'
import type { Line } from '../verdict.ts'
import { openGit } from './git.ts'
import { indexedDbRows } from './indexeddb.ts'
import { openMemory } from './memory.ts'
import { openPostgres } from './postgres.ts'
import { rowsOf } from './rows.ts'

const stores = [
  rowsOf('memory', openMemory, {}, { appends: 9, others: 5 }),
  indexedDbRows(),
  // Each of these lasts a second and more.
  rowsOf('git', openGit, { append: 1.3, atOnce: 5, open: 1 }, { appends: 5, others: 3 }),
  rowsOf('postgres', openPostgres, { append: 1.3, atOnce: 5, open: 1 }),
]

const chosen = chosenRows(stores.flatMap(({ rows }) => Object.keys(rows)))
printVersions(
  `Node ${process.versions.node}, ${git('.', '--version')}`,
  ['@xmachines/core', '@xmachines/indexeddb', '@xmachines/git', '@xmachines/postgres', 'pg', 'playwright'],
  'times are by the clock on the wall',
)
const lines: Line[] = []
for (const { rows, end } of stores) {
  try {
    for (const [name, measure] of Object.entries(rows))
      if (chosen.includes(name)) {
        console.error(`measuring ${name}`)
        lines.push(...(await measure()))
      }
  } finally {
    await end()
  }
}
printTable(lines)
