// The commit of a batch: its bytes, which are fixed to the last one, and its message taken apart again (RFC Run v1 §2.3,
// §10).

import { canonicalJson } from '../data/canonical-json.ts'
import { utf8, WHO } from './git-object.ts'
import { writeHexByte } from './hex.ts'

/** One event, or several that are applied together: frozen, and if several, at least two. */
type Events = object | readonly object[]

/**
 * Encodes the commit of a batch after its parent.
 * @param digests bytes that hold the oid of the parent
 * @param at where in them it begins
 * @returns the bytes with `commit LENGTH\0` before them; they are good until the next call
 */
export type BatchEncoder = (digests: Uint8Array, at: number, sequence: number, batch: Events) => Uint8Array

/** What stands before the parent in the commit of a batch, and between the parent and the committer date. */
export function batchHeader(tree: string, createdAt: number): readonly [before: string, middle: string] {
  return [`tree ${tree}\nparent `, `\nauthor ${WHO} ${createdAt} +0000\ncommitter ${WHO} `]
}

/**
 * Makes the encoder of one run. Only parent, committer date and message differ from commit to commit, so all the rest is
 * written once, into a buffer that is used again.
 */
export function batchEncoder(tree: string, createdAt: number): BatchEncoder {
  // `commit LENGTH\0` is written before BODY, once the length is known.
  const BODY = 24
  const [before, middle] = batchHeader(tree, createdAt)
  let bytes = new Uint8Array(1024)
  let commit = bytes.subarray(0, 0)
  const parentAt = writeAscii(bytes, BODY, before)
  const dateAt = writeAscii(bytes, parentAt + tree.length, middle)
  const width = tree.length / 2
  return (digests, at, sequence, batch) => {
    for (let byte = 0; byte < width; byte++) writeHexByte(bytes, parentAt + 2 * byte, digests[at + byte] as number)
    const messageAt = writeAscii(bytes, dateAt, `${createdAt + sequence} +0000\n\n`)
    const message = encodeMessage(batch)
    // UTF-8 takes at most three bytes for each UTF-16 code unit.
    const most = messageAt + message.length * 3
    if (most > bytes.length) {
      bytes = grown(bytes, most)
      commit = bytes.subarray(0, 0)
    }
    const end = writeUtf8(bytes, messageAt, message)
    // A commit as long as the one before has its header already, and the same view of the bytes.
    if (commit.byteLength === 0 || commit.byteOffset + commit.byteLength !== end) {
      const header = `commit ${end - BODY}\0`
      writeAscii(bytes, BODY - header.length, header)
      commit = bytes.subarray(BODY - header.length, end)
    }
    return commit
  }
}

/** The message of a batch's commit: one line of canonical JSON for each event. */
function encodeMessage(batch: Events): string {
  if (!Array.isArray(batch)) return `${canonicalJson(batch)}\n`
  let message = ''
  for (const event of batch) message += `${canonicalJson(event)}\n`
  return message
}

/**
 * The values in the message of a batch's commit, which must be written as a run writes them.
 * @throws {Error} if it is not one line of canonical JSON for each value
 */
export function decodeMessage(message: string): unknown[] {
  if (!message.endsWith('\n')) throw new Error('it does not end with a line end')
  return message
    .slice(0, -1)
    .split('\n')
    .map((line, index) => {
      const value: unknown = JSON.parse(line)
      if (canonicalJson(value) !== line) throw new Error(`event ${index} is not in canonical form`)
      return value
    })
}

function writeAscii(bytes: Uint8Array, from: number, text: string): number {
  for (let at = 0; at < text.length; at++) bytes[from + at] = text.charCodeAt(at)
  return from + text.length
}

/** Writes text as UTF-8. An encoder costs more than short text itself if all of it is ASCII. */
function writeUtf8(bytes: Uint8Array, from: number, text: string): number {
  if (text.length < 200) {
    let at = 0
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > 0x7f) break
      bytes[from + at] = code
    }
    if (at === text.length) return from + at
  }
  const encoded = utf8.encode(text)
  bytes.set(encoded, from)
  return from + encoded.length
}

function grown(bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(least * 2)
  larger.set(bytes)
  return larger
}
