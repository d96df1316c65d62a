// The JavaScript of a page, and how much of it comes from our packages: by the source maps of the very files that the browser gets.

import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Bytes, minified and compressed. */
export interface Weight {
  /** All scripts that the document names. */
  readonly whole: number
  /** What comes from our packages and from what only they bring along. */
  readonly ours: number
}

/** What our packages bring along. */
const brought = ['@noble/hashes', 'idb', 'use-sync-external-store']

/**
 * Weighs the scripts that a document names. A browser with modules does not load the one for those without.
 * @param app the folder of the app, which was built with source maps
 */
export function weighScripts(app: string, html: string): Weight {
  const outdated = new Set(Array.from(html.matchAll(/<script[^>]*src="([^"?]+)[^>]*noModule/gi), ([, src]) => src))
  const named = new Set(Array.from(html.matchAll(/\/_next\/(static\/chunks\/[\w~.-]+\.js)/g), ([, file]) => file ?? ''))
  let whole = 0
  let ours = ''
  let hasMaps = false
  for (const file of named) {
    if (outdated.has(`/_next/${file}`)) continue
    const path = join(app, '.next', file)
    const [text = '', map] = readFileSync(path, 'utf8').split('\n//# sourceMappingURL=')
    whole += compress(text)
    if (map === undefined) continue
    hasMaps = true
    ours += partOfOurs(text, join(path, '..', map.trim()))
  }
  if (!hasMaps) throw new Error(`${app} has no source maps, so it cannot be said what is ours: build it with them.`)
  return { whole, ours: ours === '' ? 0 : compress(ours) }
}

/** The pieces of a script whose source is in one of our packages. */
function partOfOurs(text: string, mapFile: string): string {
  const map = new SourceMap(JSON.parse(readFileSync(mapFile, 'utf8')) as SourceMapPayload)
  let ours = ''
  for (const [number, line] of text.split('\n').entries()) {
    for (let column = 0; column < line.length; column += 1) {
      const entry = map.findEntry(number, column)
      if ('originalSource' in entry && isOurs(entry.originalSource)) ours += line[column]
    }
  }
  return ours
}

function isOurs(source: string | undefined): boolean {
  // The innermost package is the one that it belongs to.
  const [, name = ''] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source ?? '') ?? []
  return name.startsWith('@xmachines/') || brought.includes(name)
}

function compress(text: string): number {
  return gzipSync(text, { level: 9 }).byteLength
}
