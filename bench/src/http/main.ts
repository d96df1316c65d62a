/** `pnpm bench:http`: a server of runs beside what a user would write instead, by the clock on the wall. */

import { chosenRows } from '../options.ts'
import { printTable, printVersions } from '../report.ts'
import type { Line } from '../verdict.ts'
import { pagesRow } from './pages.ts'
import { patchRow } from './patch.ts'
import { sendRow } from './send.ts'
import { subscribersRow } from './subscribers.ts'

/** Heap is measured first, before the other rows leave anything to collect. */
const rows: Readonly<Record<string, () => Promise<Line[]>>> = {
  subscribers: subscribersRow,
  send: sendRow,
  patch: patchRow,
  pages: pagesRow,
}

const chosen = chosenRows(Object.keys(rows))
printVersions(
  `Node ${process.versions.node}`,
  ['@xmachines/core', '@xmachines/http'],
  'times are by the clock on the wall',
)
const lines: Line[] = []
for (const name of chosen) lines.push(...((await rows[name]?.()) ?? []))
printTable(lines)
// Connections that are kept hold the process.
process.exit()
