/** `pnpm bench:react`: measures our hooks beside other bindings of React, in one page of Chromium. */
import type { Page } from 'playwright'

import { react, weigh } from '../../../scripts/weigh.ts'
import { bundle } from '../bundle.ts'
import { openPage } from '../open-page.ts'
import { chosenRows } from '../options.ts'
import { printColumns, printTable, printVersions } from '../report.ts'
import type { Measured } from './rows.ts'
import { bindings } from './sizes.ts'

const packages = ['react', '@xmachines/react', '@xstate/react', '@xstate/store-react', 'zustand', 'react-redux']
const times = 'times are of the thread alone, but where they are until something is shown'

const { browser, ask } = await openPage(bundle('react/rows.ts'), giveKeys)
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

/** Gives the page the keys that it cannot press. */
async function giveKeys(page: Page): Promise<void> {
  await page.exposeFunction('pressKeys', (text: string) => page.keyboard.type(text))
}

/** Prints how often each side rendered and committed for one event, one stream or one key. */
function printCounts(measured: readonly Measured[]): void {
  const cells = measured
    .flatMap(({ tallies }) => tallies)
    .map(({ row, side, events, renders, commits, due }) => {
      const each = { renders: renders / events, commits: commits / events }
      const wrong = due !== undefined && (each.renders !== due.renders || each.commits !== due.commits)
      return [
        row,
        side,
        amount(each.renders),
        amount(each.commits),
        wrong ? `not ${due.renders} and ${due.commits}` : '',
      ]
    })
  console.log()
  printColumns([['row', 'side', 'renders of cells', 'commits', ''], ...cells], [2, 3])
}

function amount(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(2)
}

/** Prints what a page carries of each side, beside React. */
async function printSizes(): Promise<void> {
  const cells: string[][] = []
  for (const { name, code } of bindings) {
    cells.push([name, `${((await weigh(code, react, 'bench')) / 1000).toFixed(2)} kB`])
  }
  console.log()
  printColumns([['store and binding, minified and compressed', ''], ...cells], [1])
}
