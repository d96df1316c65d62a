/** `pnpm bench:browser`: measures in a page of Chromium. */
import { bundle } from './bundle.ts'
import { openPage } from './open-page.ts'
import { chosenRows } from './options.ts'
import { printTable, printVersions } from './report.ts'
import type { Line } from './verdict.ts'

const { browser, ask } = await openPage(bundle('rows.ts'))
try {
  const chosen = chosenRows(await ask<readonly string[]>('rows.rowNames'))

  printVersions(`Chromium ${browser.version()}`)
  const lines: Line[] = []
  for (const name of chosen) lines.push(...(await ask<Line[]>(`rows.measureRow(${JSON.stringify(name)})`)))
  printTable(lines)
} finally {
  await browser.close()
}
