/** `pnpm bench`: measures in this process. */
import { pathToFileURL } from 'node:url'

import { bundle } from './bundle.ts'
import { chosenRows } from './options.ts'
import { printTable, printVersions } from './report.ts'
import type * as Rows from './rows.ts'
import type { Line } from './verdict.ts'

const { rowNames, measureRow } = (await import(pathToFileURL(bundle('rows.ts')).href)) as typeof Rows
const chosen = chosenRows(rowNames)

printVersions(`Node ${process.versions.node}`)
const lines: Line[] = []
for (const name of chosen) lines.push(...(await measureRow(name)))
printTable(lines)
