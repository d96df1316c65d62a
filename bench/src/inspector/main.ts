/** `pnpm bench:inspector`: the inspector in a page of Chromium, over runs that are short and long. */
import { bundle } from '../bundle.ts'
import { openPage } from '../open-page.ts'
import { chosenRows } from '../options.ts'
import { printTable, printVersions } from '../report.ts'
import type { Line } from '../verdict.ts'

const { browser, ask } = await openPage(bundle('inspector/rows.ts'), { unpaced: true })
try {
  const chosen = chosenRows(await ask<readonly string[]>('rows.rowNames'))

  printVersions(
    `Chromium ${browser.version()}`,
    ['@xmachines/inspector', '@xmachines/core'],
    'times are those of the thread, except those of single frames',
  )
  const lines: Line[] = []
  for (const name of chosen) lines.push(...(await ask<Line[]>(`rows.measureRow(${JSON.stringify(name)})`)))
  printTable(lines)
} finally {
  await browser.close()
}
