/** Saved runs are read piece by piece: the same history, wherever the pieces end. */
import { Readable } from 'node:stream'
import { restoreRun } from '@xmachines/core'
import { afterAll, describe, expect, test } from 'vitest'
import { readSavedRun } from '../src/cli/read-saved-run.ts'
import { programIn } from './program.ts'
import { add, git, makeFolder, makeRepository, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)

async function* pieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const run = tallyRun('sha1', { start: 7 })
run.in.send({ type: 'ADD', by: 1, note: 'a "quoted" \\ {[,]} \u2028 € 😀 records' })
run.in.send([add(2), { type: 'ADD', by: 3, note: '"records":[' }])
run.in.send(add(4))
const saved = run.toJSON()
const ndjson = saved.records.map((record, sequence) => `${JSON.stringify({ sequence, ...record })}\n`).join('')

describe.each<readonly [how: string, text: string]>([
  ['on one line', JSON.stringify(saved)],
  ['on many lines', JSON.stringify(saved, null, 2)],
  [
    'with its records at the end',
    JSON.stringify({ ...saved, records: undefined, head: saved.head }).replace(
      /\}$/,
      `,"records":${JSON.stringify(saved.records)}}`,
    ),
  ],
  ['with a byte order mark', `\uFEFF${JSON.stringify(saved)}`],
  ['with an escaped key', JSON.stringify(saved).replace('"records"', '"\\u0072ecords"')],
])('a document %s', (_how, text) => {
  test.each([1, 2, 3, 7, 64, 1e6])('is read in pieces of %d bytes', async (size) => {
    const history = await readSavedRun(pieces(text, size), 'it')
    expect(history).toEqual(JSON.parse(text.replace(/^\uFEFF/, '')))
    expect(restoreRun(tally, history as never).head).toBe(run.head)
  })
})

describe.each<readonly [how: string, text: string]>([
  ['with line ends', ndjson],
  ['without the last line end', ndjson.trimEnd()],
  ['with the line ends of Windows', ndjson.replaceAll('\n', '\r\n')],
  ['with empty lines', ndjson.replaceAll('\n', '\n\n')],
])('NDJSON %s', (_how, text) => {
  test.each([1, 2, 5, 64, 1e6])('is read in pieces of %d bytes', async (size) => {
    const history = (await readSavedRun(pieces(text, size), 'it')) as Iterable<unknown>
    expect([...history]).toEqual(saved.records.map((record, sequence) => ({ sequence, ...record })))
    expect(restoreRun(tally, history as never).head).toBe(run.head)
  })
})

test.each<readonly [text: string | Buffer, why: string]>([
  ['', 'it is not JSON'],
  ['{"half', 'it is not JSON'],
  ['{"records":[{"a":1}', 'it is not JSON'],
  ['{"records":[{"a":1},]}', 'record 1 of it is not JSON'],
  ['{"records":[,{"a":1}]}', 'record 0 of it is not JSON'],
  ['{"records":[{"a":1}],"records":[]}', 'has the member "records" twice'],
  ['{"records":[{"a":01}]}', 'record 0 of it is not JSON'],
  ['{"records":[]}}', 'it is not JSON'],
  ['{"records":[]} x', 'it is not JSON'],
  ['[]', 'it is not a saved run'],
  ['7', 'it is not a saved run'],
  ['null', 'it is not a saved run'],
  ['{"a":1}', 'it is not a saved run'],
  ['{"a":1}\n{"b":1}\n', 'it is not a saved run'],
  [`${ndjson}{"half`, 'line 5 of it is not JSON'],
  [ndjson.replace('\n', '\nx\n'), 'line 2 of it is not JSON'],
  [Buffer.from(ndjson.replace('quoted', '\xff\xff'), 'latin1'), 'line 2 of it is not JSON: it is not UTF-8'],
])('%j is refused with what is wrong, and where', async (text, why) => {
  for (const size of [1, 1e6]) await expect(readSavedRun(pieces(text, size), 'it')).rejects.toThrow(why)
})

test('a record is parsed when it is complete, and its text is dropped', async () => {
  let taken = 0
  const text = JSON.stringify(add(1))
  async function* many(): AsyncGenerator<Buffer> {
    yield Buffer.from('{"records":[')
    for (let at = 0; at < 1000; at++) {
      taken++
      yield Buffer.from(`${at === 0 ? '' : ','}${text}`)
    }
    // No text of the records is left: what is wrong is only the end.
    yield Buffer.from('],"x":}')
  }
  await expect(readSavedRun(many(), 'it')).rejects.toThrow('"{"records":[],"x":}" is not valid JSON')
  expect(taken).toBe(1000)
})

test('what `log --json` prints is imported from a pipe', async () => {
  const repository = await makeRepository(folder)
  await repository.record(run).stop()
  const copy = await makeRepository(folder)
  const log = await program(['-C', repository.directory, 'log', run.id, '--json'])
  for (const file of [[], ['-']]) {
    const imported = await program(['-C', copy.directory, 'import', ...file, '-m', 'tally.mjs'], log.stdout)
    expect(imported).toMatchObject({ status: 0, stderr: '' })
  }
  expect(git(copy.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
  // A part of a log is no history.
  const part = await program(['-C', repository.directory, 'log', run.id, '--json', '--from', '2'])
  const refused = await program(['-C', copy.directory, 'import', '-m', 'tally.mjs'], part.stdout)
  expect(refused).toMatchObject({ status: 1, stdout: '' })
  expect(refused.stderr).toContain('INVALID_HISTORY')
})

test('a stream that fails is an error of the command', async () => {
  const failing = new Readable({ read: () => undefined })
  failing.destroy(new Error('the disk is on fire'))
  await expect(readSavedRun(failing as AsyncIterable<Buffer>, 'it')).rejects.toThrow('the disk is on fire')
})
