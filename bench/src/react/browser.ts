/** `pnpm bench:react`: compares our hooks with other React bindings, on one page in Chromium. */
import type { Page } from 'playwright'

import { react, weigh } from '../../../scripts/weigh.ts'
import { bundle } from '../bundle.ts'
import { openPage } from '../open-page.ts'
import { chosenRows } from '../options.ts'
import { printColumns, printTable, printVersions } from '../report.ts'
import type { Measured } from './rows.ts'
import { bindings } from './sizes.ts'

const packages = ['react', '@xmachines/react', '@xstate/react', '@xstate/store-react', 'zustand', 'react-redux']
const times = 'times are those of the thread, except rows that wait until something is shown'

const { browser, ask } = await openPage(bundle('react/rows.ts'), { prepare: exposeKeys })
try {
  const chosen = chosenRows(await ask<readonly string[]>('rows.rowNames'))

  printVersions(`Chromium ${browser.version()}`, packages, times)
  const measured: Measured[] = []
  for (const name of chosen) measured.push(await ask<Measured>(`rows.measureRow(${JSON.stringify(name)})`))
  printTable(measured.flatMap(({ lines }) => lines))
  printCounts(measured)
  await printSizes()
} finally {
  await browser.close()
}

/** Lets the page press real keys, which it cannot do by itself. */
async function exposeKeys(page: Page): Promise<void> {
  await page.exposeFunction('pressKeys', (text: string) => page.keyboard.type(text))
}

/** Prints how often each side rendered and committed per event, stream or key. */
function printCounts(measured: readonly Measured[]): void {
  const cells = measured
    .flatMap(({ tallies }) => tallies)
    .map(({ row, side, events, renders, commits, expected }) => {
      const each = { renders: renders / events, commits: commits / events }
      const wrong = expected !== undefined && (each.renders !== expected.renders || each.commits !== expected.commits)
      return [
        row,
        side,
        amount(each.renders),
        amount(each.commits),
        wrong ? `expected ${expected.renders} and ${expected.commits}` : '',
      ]
    })
  console.log()
  printColumns([['row', 'side', 'renders of cells', 'commits', ''], ...cells], [2, 3])
}

function amount(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(2)
}

/** Prints the size that each side adds to a page, without React. */
async function printSizes(): Promise<void> {
  const cells: string[][] = []
  for (const { name, code } of bindings) {
    cells.push([name, `${((await weigh(code, react, 'bench')) / 1000).toFixed(2)} kB`])
  }
  console.log()
  printColumns([['store and binding, minified and compressed', ''], ...cells], [1])
}
