// Reads a saved run piece by piece, because no string holds a file of more than 512 MiB. A file is one document, or
// NDJSON: a record on each line. Only where a record ends is found here; `JSON.parse` says what is in it.

import type { History } from '@xmachines/core'
import { CommandError, giveRunFile } from './command-error.ts'
import { type JsonPieces, jsonPieces } from './json-pieces.ts'

const [QUOTE, BACKSLASH, LINE_END, COMMA, COLON] = [0x22, 0x5c, 0x0a, 0x2c, 0x3a]
const [ARRAY, ARRAY_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d]
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/**
 * The history in a file.
 * @param chunks the bytes of the file
 * @param what the name of the file in errors
 * @throws {CommandError} if it is not a saved run; the error of an NDJSON file names the line
 */
export async function readSavedRun(chunks: AsyncIterable<Buffer>, what: string): Promise<History> {
  const reader = savedRunReader(what)
  let begin: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (begin === undefined) reader.read(chunk)
    else {
      begin = Buffer.concat([begin, chunk])
      if (begin.length < BYTE_ORDER_MARK.length) continue
      reader.read(unmarked(begin))
      begin = undefined
    }
  }
  if (begin !== undefined) reader.read(begin)
  return reader.end()
}

/** Some editors begin a file with a byte order mark. */
function unmarked(begin: Buffer): Buffer {
  const marked = begin.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
  return marked ? begin.subarray(BYTE_ORDER_MARK.length) : begin
}

/** Takes the bytes of a file, and gives its history at the end. */
interface SavedRunReader {
  read(chunk: Buffer): void
  end(): History
}

function savedRunReader(what: string): SavedRunReader {
  const records: unknown[] = []
  /** What the bytes belong to: the document without its records, a record of it, or a line of NDJSON. */
  let part: 'document' | 'record' | 'line' = 'document'
  let line = 1
  const document = jsonPieces(() => (part === 'line' ? `line 1 of ${what}` : what))
  const record: JsonPieces = jsonPieces(() =>
    part === 'line' ? `line ${line} of ${what}` : `record ${records.length} of ${what}`,
  )
  /** How many arrays and objects are open; whether a text is, and whether a backslash came before. */
  let depth = 0
  let inText = false
  let escaped = false
  /** The last text of the outermost object, and the key that its next value has. */
  let text = ''
  let key = ''
  let hadRecords = false
  /** Whether a comma says that another record follows. */
  let due = false

  function read(chunk: Buffer): void {
    let begin = 0
    let textAt = 0
    for (let at = 0; at < chunk.length && part !== 'line'; at++) {
      const byte = chunk[at] as number
      if (inText) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) {
          inText = false
          if (depth === 1) text += chunk.toString('latin1', textAt, at)
        }
      } else if (byte === QUOTE) {
        inText = true
        textAt = at + 1
        text = ''
      } else if (byte === COLON && depth === 1) key = text
      else if (byte === OBJECT || byte === ARRAY) {
        depth++
        if (byte === ARRAY && depth === 2 && key === 'records' && part === 'document') {
          document.add(chunk.subarray(begin, at + 1))
          begin = at + 1
          beginRecords()
        }
      } else if (part === 'record' && depth === 2 && (byte === COMMA || byte === ARRAY_END)) {
        record.add(chunk.subarray(begin, at))
        begin = at + (byte === COMMA ? 1 : 0)
        endRecord(byte === COMMA)
        if (byte === ARRAY_END) depth--
      } else if (byte === OBJECT_END || byte === ARRAY_END) {
        depth--
        if (depth === 0 && byte === OBJECT_END && !hadRecords) {
          document.add(chunk.subarray(begin, at + 1))
          begin = at + 1
          part = 'line'
        }
      }
    }
    // No key is as long as this.
    if (inText && depth === 1) text = (text + chunk.toString('latin1', textAt)).slice(0, 80)
    if (part === 'line') readLines(chunk, begin)
    else (part === 'record' ? record : document).add(chunk.subarray(begin))
  }

  function beginRecords(): void {
    if (hadRecords) throw new CommandError(`${what} has the member "records" twice`)
    hadRecords = true
    part = 'record'
  }

  function endRecord(more: boolean): void {
    // `[]` has no record; every comma has one on both sides.
    if (more || due || !record.isBlank()) records.push(record.take())
    due = more
    if (!more) part = 'document'
  }

  function readLines(chunk: Buffer, from: number): void {
    for (let at = from; ; ) {
      const end = chunk.indexOf(LINE_END, at)
      record.add(chunk.subarray(at, end === -1 ? chunk.length : end))
      if (end === -1) return
      endLine()
      at = end + 1
    }
  }

  function endLine(): void {
    if (!record.isBlank()) records.push(record.take())
    line++
  }

  function end(): History {
    if (part === 'line') endLine()
    const value = document.take()
    if (typeof value === 'object' && value !== null) {
      const whole: object = hadRecords ? { ...value, records } : value
      // Whoever takes a history from outside checks it.
      if (hadRecords) return whole as History
      if (part === 'line' && records.length === 0 && 'records' in whole) return whole as History
      if (part === 'line' && 'oid' in value) return [value, ...records] as History
    }
    throw new CommandError(`${what} is not a saved run; ${giveRunFile}`)
  }

  return { read, end }
}
