/** `pnpm bench:indexeddb`: appends to IndexedDB in a page of Chromium, beside bare puts. */
import { bundle } from '../bundle.ts'
import { openPage } from '../open-page.ts'
import { printVersions } from '../report.ts'
import type { Row } from './rows.ts'

const { browser, ask } = await openPage(bundle('indexeddb/rows.ts'))
try {
  printVersions(`Chromium ${browser.version()}`)
  for (const durability of ['strict', 'relaxed']) {
    for (const [count, before] of [
      [1, 10],
      [64, 10],
      [1, 100_000],
    ]) {
      const { ours, bare, ratio } = await ask<Row>(`rows.measure('${durability}', ${count}, ${before})`)
      const bar = count === 1 ? (ratio <= 1.5 ? ', the bar of 1.5 holds' : ', misses the bar of 1.5') : ''
      const times = `${ours.toFixed(3)} ms an event, bare put ${bare.toFixed(3)} ms`
      console.log(`${durability}, ${count} at once, after ${before} events: ${times}, ${ratio.toFixed(2)} ×${bar}`)
    }
  }
} finally {
  await browser.close()
}
