// Edits files on disk, like an editor.

import { readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'

/**
 * Replaces text in a file. A server that watches the file reads the old text or the new one, never a part: it would
 * take a file that is empty for a moment for a module without exports.
 *
 * @param file its path
 * @param replacements pairs of old and new text; the file has each old text exactly once
 * @throws {Error} if the file does not have an old text exactly once
 */
export function edit(file: string, ...replacements: readonly (readonly [from: string, to: string])[]): void {
  let text = readFileSync(file, 'utf8')
  for (const [from, to] of replacements) {
    const parts = text.split(from)
    if (parts.length !== 2) throw new Error(`${file} has this text ${parts.length - 1} times instead of once: ${from}`)
    text = parts.join(to)
  }
  writeFileSync(`${file}.edited`, text)
  renameSync(`${file}.edited`, file)
}

/** Saves a file without a change. */
export function touch(file: string): void {
  const now = new Date()
  utimesSync(file, now, now)
}
