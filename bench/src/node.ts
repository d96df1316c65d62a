/** `pnpm bench`: measures in this process. */
import { pathToFileURL } from 'node:url'
import type { ObjectFormat } from '@xmachines/core'

import { bundle, coreRows } from './bundle.ts'
import type { NamedRows } from './named-rows.ts'
import { chosenRows } from './options.ts'
import { printTable, printVersions } from './report.ts'
import type { Line } from './verdict.ts'

globalThis.nativeSha1 = await nativeSha1()

const modules: NamedRows<Line[]>[] = []
for (const part of coreRows) modules.push(await import(pathToFileURL(bundle(...part)).href))
const chosen = chosenRows(modules.flatMap(({ rowNames }) => rowNames))

printVersions(`Node ${process.versions.node}`)
const lines: Line[] = []
for (const { rowNames, measureRow } of modules) {
  for (const name of rowNames) if (chosen.includes(name)) lines.push(...(await measureRow(name)))
}
printTable(lines)

/** Node's own SHA-1, as `@xmachines/core/node` gives it. */
async function nativeSha1(): Promise<ObjectFormat | undefined> {
  // A name that is not known when types are checked: core may not have this entry yet.
  const entry: string = '@xmachines/core/node'
  try {
    return ((await import(entry)) as { readonly sha1: ObjectFormat }).sha1
  } catch {
    console.log(`${entry} is not there yet: the row restore leaves out Node's SHA-1.\n`)
    return undefined
  }
}
