// Values that a repository keeps as JSON. Whoever may write into it may have put anything there, so a value is counted
// before it is parsed: a few hundred megabytes of JSON can be a hundred million values, which take more memory than there
// is.

import { isUtf8 } from 'node:buffer'
import { freezePlain } from '../core-internals.ts'

/** As many values as plain data has at most. */
const MOST_VALUES = 1_000_000
/** Shorter JSON cannot have more: each value needs a character, and another between it and the next. */
const SHORT = 2 * MOST_VALUES

/**
 * Parses a value that must be plain data.
 * @throws {Error} if it is not JSON in UTF-8, or not plain data
 */
export function parseStored(content: Buffer, name: string): unknown {
  if (!isUtf8(content)) throw new Error('it is not UTF-8')
  checkValues(content)
  const value: unknown = JSON.parse(content.toString())
  freezePlain(value, name)
  return value
}

/**
 * Refuses JSON with more values than plain data may have.
 * @throws {Error} if there are too many
 */
export function checkValues(json: Buffer): void {
  if (json.length <= SHORT) return
  let values = 1
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number
    // Each value but the last of its array or object has a comma after it; each array and object may have a first one.
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b || byte === 0x0a) values++
    else if (byte === 0x22) at = endOfText(json, at)
    // An object or an array without members was counted once too often: allow for it.
    if (values > 2 * MOST_VALUES) throw new Error(`it has more than ${MOST_VALUES} values`)
  }
}

/** Where a text ends that begins at a quote; the end of the bytes if it never does. */
function endOfText(json: Buffer, begin: number): number {
  let at = begin
  for (;;) {
    at = json.indexOf(0x22, at + 1)
    if (at === -1) return json.length
    let escapes = at
    while (json[escapes - 1] === 0x5c) escapes--
    if ((at - escapes) % 2 === 0) return at
  }
}
