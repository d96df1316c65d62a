// Edits files on disk, as an editor does.

import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Replaces text in a file.
 *
 * @param file the path of the file
 * @param replacements pairs of the old text, which must be there exactly once, and the new text
 * @throws {Error} if an old text is missing or there more than once
 */
export function edit(file: string, ...replacements: readonly (readonly [oldText: string, newText: string])[]): void {
  let text = readFileSync(file, 'utf8')
  for (const [oldText, newText] of replacements) {
    const parts = text.split(oldText)
    if (parts.length !== 2)
      throw new Error(`${file} must contain this text exactly once, not ${parts.length - 1} times: ${oldText}`)
    text = parts.join(newText)
  }
  writeFileSync(file, text)
}

/** Writes a file again without changes, for a watcher that missed the latest edit. */
export function writeAgain(file: string): void {
  writeFileSync(file, readFileSync(file))
}
