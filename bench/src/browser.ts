/** `pnpm bench:browser`: measures in pages of Chromium, one for each mode. */
import { bundle, coreRows } from './bundle.ts'
import { type OpenPage, openPage } from './open-page.ts'
import { chosenRows } from './options.ts'
import { printTable, printVersions } from './report.ts'
import type { Line } from './verdict.ts'

const pages: { readonly page: OpenPage; readonly rowNames: readonly string[] }[] = []
try {
  for (const part of coreRows) {
    const page = await openPage(bundle(...part))
    pages.push({ page, rowNames: await page.ask<readonly string[]>('rows.rowNames') })
  }
  const chosen = chosenRows(pages.flatMap(({ rowNames }) => rowNames))

  printVersions(`Chromium ${pages[0]?.page.browser.version()}`)
  const lines: Line[] = []
  for (const { page, rowNames } of pages) {
    for (const name of rowNames) {
      if (chosen.includes(name)) lines.push(...(await page.ask<Line[]>(`rows.measureRow(${JSON.stringify(name)})`)))
    }
  }
  printTable(lines)
} finally {
  for (const { page } of pages) await page.browser.close()
}
