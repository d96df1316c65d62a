// Edits of files on disk, as an editor makes them.

import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Replaces text in a file.
 *
 * @param file its path
 * @param replacements what is there once, and what takes its place
 * @throws {Error} where a text is not there, or there twice
 */
export function edit(file: string, ...replacements: readonly (readonly [from: string, to: string])[]): void {
  let text = readFileSync(file, 'utf8')
  for (const [from, to] of replacements) {
    const parts = text.split(from)
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times what is to be edited: ${from}`)
    text = parts.join(to)
  }
  writeFileSync(file, text)
}
