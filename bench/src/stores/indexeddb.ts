// The rows of IndexedDB, in a page of Chromium with its profile on disk: elsewhere nothing is synced, however strict.

import { bundle } from '../bundle.ts'
import { type OpenPage, openPage } from '../open-page.ts'
import type { Line } from '../verdict.ts'
import { ROWS, type StoreRows } from './rows.ts'

/** The rows; the browser is started for the first of them that is measured. */
export function indexedDbRows(): StoreRows {
  let opened: Promise<OpenPage> | undefined
  const names = [...ROWS.map((row) => `indexeddb ${row}`), 'indexeddb relaxed append', 'indexeddb history']
  return {
    rows: Object.fromEntries(
      names.map((name) => [
        name,
        async () => {
          opened ??= openPage(bundle('stores/indexeddb-rows.ts'), { onDisk: true })
          const { ask } = await opened
          return await ask<Line[]>(`rows.measure(${JSON.stringify(name)})`)
        },
      ]),
    ),
    async end() {
      await (await opened)?.browser.close()
    },
  }
}
