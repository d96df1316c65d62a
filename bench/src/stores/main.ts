/** `pnpm bench:stores`: measures what stores do beside the same work done bare, by the clock on the wall. */

import { chosenRows } from '../options.ts'
import { printTable, printVersions } from '../report.ts'
import type { Line } from '../verdict.ts'
import { openPostgres } from './postgres.ts'
import { rowsOf } from './rows.ts'

const rows: Readonly<Record<string, () => Promise<Line[]>>> = {
  ...rowsOf('postgres', openPostgres, { append: 1.3 }),
}

const ends = Object.keys(rows).filter((name) => name.endsWith(' end'))
const chosen = chosenRows(Object.keys(rows).filter((name) => !ends.includes(name)))
printVersions(
  `Node ${process.versions.node}`,
  ['@xmachines/core', '@xmachines/postgres', 'pg'],
  'times are by the clock on the wall',
)
const lines: Line[] = []
try {
  for (const name of chosen) lines.push(...((await rows[name]?.()) ?? []))
} finally {
  for (const name of ends) await rows[name]?.()
}
printTable(lines)
