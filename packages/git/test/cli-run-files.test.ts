/** The commands that work with run files: `replay`, `bisect`, `check`, `shrink` and `test`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createRun, restoreRun } from '@xmachines/core'
import { captureRun } from '@xmachines/core/capture'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createOutput } from '../src/cli/output.ts'
import { shrink } from '../src/cli/shrink.ts'
import { stepThrough } from '../src/cli/step-through.ts'
import { linesOf, programIn } from './program.ts'
import { add, finish, makeFolder, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)
const inFolder = (name: string): string => join(folder.path, name)
const run = tallyRun('sha1', { start: 7 })
run.in.send(add(1))
run.in.send([add(2), add(30)])
run.in.send(add(4))
run.in.send(finish)
const document = run.toJSON()
writeFileSync(inFolder('tally.run.json'), JSON.stringify(run))

/** The module of a tally that was changed. */
function changed(name: string, from: string, to: string): string {
  writeFileSync(inFolder(name), readFileSync(inFolder('tally.mjs'), 'utf8').replace(from, to))
  return name
}

describe('replay', () => {
  test('shows the events, what they changed, and the outputs, in colour if there is colour', async () => {
    const { status, stdout, stderr } = await program(['replay', 'tally.run.json', '-m', 'tally.mjs'])
    expect([status, stderr]).toEqual([0, ''])
    const [genesis, first, second] = document.records.map(({ oid }) => oid.slice(0, 8))
    expect(stdout.split('\n').slice(0, 9)).toEqual([
      `0  ${genesis}  run tally@1.0`,
      '   {"total":7}',
      `1  ${first}  {"type":"ADD","by":1}`,
      '   state.total  7 → 8',
      '   output  {"type":"total","total":8}',
      `2  ${second}  {"type":"ADD","by":2} {"type":"ADD","by":30}`,
      '   state.total  8 → 40',
      '   output  {"type":"total","total":10}',
      '   output  {"type":"total","total":40}',
    ])
    expect(stdout).toMatch(/\n {3}state\.done {2}\+ true\n {3}done\n$/)
    const painted = await program(['replay', '-', '-m', 'tally.mjs'], JSON.stringify(run), { FORCE_COLOR: '1' })
    expect(painted.stdout).toContain('\u001b[31m7\u001b[39m → \u001b[32m8\u001b[39m')
    const json = linesOf((await program(['replay', 'tally.run.json', '-m', 'tally.mjs', '--json'])).stdout)
    expect(json).toHaveLength(5)
    expect(json[4]).toMatchObject({ sequence: 4, oid: run.head, status: 'done', state: run.state })
  })

  test('shows the refusals that a file has after the batch that they followed, and trusts none of them', async () => {
    const refusals = [
      { code: 'REFUSED', reason: 'Too much.', sequence: 2, batch: [add(9), add(99)] },
      { code: 'INVALID_EVENT', sequence: 2 },
      null,
      { sequence: 3, batch: 'none', reason: '\u001b[2J' },
    ]
    const { status, stdout, stderr } = await program(
      ['replay', '-', '-m', 'tally.mjs'],
      JSON.stringify({ ...captureRun(run), refusals }),
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.split('\n').filter((line) => /^\d|refused/.test(line))).toEqual([
      expect.stringMatching(/^0 /),
      expect.stringMatching(/^1 /),
      expect.stringMatching(/^2 /),
      '   refused  {"type":"ADD","by":9} {"type":"ADD","by":99}  Too much.',
      '   refused    INVALID_EVENT',
      expect.stringMatching(/^3 /),
      '   refused    \\u001b[2J',
      expect.stringMatching(/^4 /),
    ])
  })

  test('with --json, has the refusals of a file in the lines of the batches that they followed', async () => {
    const refusals = [{ code: 'REFUSED', reason: 'Too much.', sequence: 2, batch: [add(9)] }, null, 'x']
    const captured = JSON.stringify({ ...captureRun(run), refusals })
    const lines = linesOf((await program(['replay', '-', '-m', 'tally.mjs', '--json'], captured)).stdout)
    expect(lines.map((line) => (line as { refusals: unknown }).refusals)).toEqual([[], [], [refusals[0]], [], []])
  })

  test('shows what is right of a file that was changed, and says where it breaks', async () => {
    const records = document.records.map((record, at) => (at === 2 ? { ...record, events: [add(9)] } : record))
    const { status, stdout, stderr } = await program(
      ['replay', '-', '-m', 'tally.mjs'],
      JSON.stringify({ ...document, records }),
    )
    expect(status).toBe(1)
    expect(stdout.match(/^\d {2}/gm)).toHaveLength(2)
    expect(stderr).toMatch(
      /^error: the history breaks at sequence 2: .*; it was changed or cut off .*: use another copy \(HISTORY_MISMATCH\)\n$/,
    )
  })

  test('goes on and back with keys', async () => {
    let printed = ''
    const collected = (): Writable =>
      new Writable({
        decodeStrings: false,
        write: (text: string, _encoding, done) => {
          printed += text
          done()
        },
      })
    const output = createOutput(collected() as never, collected() as never)
    const steps = [0, 1, 2, 3].map((sequence) => ({ sequence }))
    const pressed = async (keys: readonly string[]): Promise<string> => {
      printed = ''
      const source = async function* () {
        yield* keys
      }
      const shown = {
        at: (index: number) => steps[index] as never,
        print: (index: number) => output.line(`step ${index}`),
        printState: (index: number) => output.line(`state ${index}`),
      }
      await stepThrough(shown, source(), output)
      await output.flush()
      return [...printed.matchAll(/(step|state) \d/g)].map(([text]) => text).join(', ')
    }
    expect(await pressed([' ', 's', 'b', 'b', '\u001b[B', 'q', ' '])).toBe('step 0, step 1, state 1, step 0, step 1')
    expect(printed).toContain('space: next, b: back')
    expect(await pressed(['\r', 'g', ' '])).toBe('step 0, step 1, step 2, step 3')
    expect(await pressed([' ', ' ', ' ', ' ', ' '])).toBe('step 0, step 1, step 2, step 3')
    expect(await pressed(['\u0003'])).toBe('step 0')
  })
})

describe('bisect', () => {
  const bisect = (...more: string[]) => program(['bisect', 'tally.run.json', ...more])

  test('finds the first batch after which something holds, though it no longer does later', async () => {
    const until = ['--until', '(state, { events }) => state.total === 40 && events.length === 2']
    const { status, stdout } = await bisect('-m', 'tally.mjs', ...until)
    expect([status, stdout]).toMatchObject([0, expect.stringMatching(/^--until holds first after sequence 2\n2 {2}/)])
    const [found] = linesOf((await bisect('-m', 'tally.mjs', ...until, '--json')).stdout)
    expect(found).toMatchObject({ sequence: 2, state: { total: 40 } })
  })

  test('finds the batch that a changed machine no longer takes', async () => {
    const machine = changed('strict.mjs', 'emit({', "if (event.by > 20) throw new Error('too much')\n    emit({")
    const { status, stdout } = await bisect('-m', machine, '--json')
    expect(status).toBe(0)
    expect(linesOf(stdout)).toMatchObject([{ sequence: 2, code: 'REPLAY_FAILED' }])
  })

  test('says that it found nothing, or that the predicate failed', async () => {
    const nothing = await bisect('-m', 'tally.mjs', '--until', 'state => false')
    expect(nothing).toMatchObject({ status: 1, stdout: '' })
    expect(nothing.stderr).toBe('error: the machine takes all batches up to sequence 4, and --until holds nowhere\n')
    const unasked = await bisect('-m', 'tally.mjs')
    expect(unasked).toMatchObject({ status: 1, stdout: '' })
    expect(unasked.stderr).toBe(
      "error: the machine takes all batches up to sequence 4; to find a state, give --until 'state => …'\n",
    )
    const failed = await bisect('-m', 'tally.mjs', '--until', 'state => state.items[0]')
    expect(failed).toMatchObject({ status: 2, stdout: '' })
    expect(failed.stderr).toMatch(/^error: --until failed at sequence 0: TypeError: /)
  })
})

describe('check', () => {
  test('names the first value that differs from what the old machine made, of each file', async () => {
    const machine = changed(
      'off-by-one.mjs',
      'total: state.total + event.by }',
      'total: state.total + event.by + (event.by > 20) }',
    )
    writeFileSync(inFolder('short.run.json'), JSON.stringify(tallyRun()))
    const files = ['tally.run.json', 'short.run.json']
    const { status, stdout, stderr } = await program([
      'check',
      ...files,
      '-m',
      machine,
      '--against',
      'tally.mjs',
      '--json',
    ])
    expect([status, stderr]).toEqual([1, 'error: 1 of 2 runs diverged\n'])
    expect(linesOf(stdout)).toMatchObject([
      { file: 'tally.run.json', id: run.id, sequence: 1, diverges: { sequence: 2, path: 'outputs[1].total' } },
      { file: 'short.run.json', sequence: 0, diverges: null },
    ])
  })

  test('compares the last state if the version is the same, and takes a run of another version as it goes', async () => {
    const machine = changed(
      'doubled.mjs',
      'return { total: state.total + event.by }',
      'return { total: state.total + 2 * event.by }',
    )
    const same = await program(['check', 'tally.run.json', '-m', machine])
    expect(same).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^diverges {2}tally\.run\.json: .* sequence 4: /) as string,
    })
    expect(same.stderr).toBe(
      'error: 1 of 1 runs diverged; --against FILE, with the old machine, finds the first value that differs\n',
    )
    const other = changed('tally-2.mjs', "version: '1.0'", "version: '2.0'")
    const next = await program(['check', 'tally.run.json', '-m', other])
    expect(next).toEqual({ status: 0, stdout: 'replays   tally.run.json  tally@1.0, 4 batches\n', stderr: '' })
  })

  test('takes a damaged file for an error and not for a divergence, and checks the others', async () => {
    writeFileSync(inFolder('cut.run.json'), JSON.stringify({ ...document, records: document.records.slice(0, 3) }))
    writeFileSync(inFolder('half.json'), JSON.stringify(run).slice(0, 400))
    writeFileSync(inFolder('empty.json'), '\n')
    const files = ['cut.run.json', 'missing.json', 'half.json', 'empty.json', 'tally.run.json']
    const { status, stdout, stderr } = await program(['check', ...files, '-m', 'tally.mjs'])
    expect([status, stdout]).toEqual([1, 'replays   tally.run.json  tally@1.0, 4 batches\n'])
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^error: cut\.run\.json: .*\(HISTORY_MISMATCH\)$/),
      'error: missing.json cannot be read: it does not exist; check the path',
      expect.stringMatching(/^error: .*half\.json is not JSON: .*; give the whole of a file that run\.toJSON\(\), /),
      expect.stringMatching(
        /^error: empty\.json is not JSON: it is empty; give the whole of a file that run\.toJSON\(\), /,
      ),
      'error: 4 of 5 files could not be checked',
    ])
  })
})

describe('shrink', () => {
  test('leaves no single item that could be left out, whatever is looked for', () => {
    const needed = fc.uniqueArray(fc.nat(30), { maxLength: 5 })
    fc.assert(
      fc.property(fc.nat(31), needed, (length, wanted) => {
        const items = Array.from({ length }, (_, at) => at)
        const present = wanted.filter((one) => one < length)
        const shows = (some: readonly number[]): boolean => present.every((one) => some.includes(one))
        expect(shrink(items, shows)).toEqual(present.toSorted((one, other) => one - other))
      }),
    )
    // What depends on how many there are has several answers.
    const atLeast = (most: number) => (some: readonly number[]) => some.length >= most && some.length % 2 === 0
    const left = shrink(
      Array.from({ length: 20 }, (_, at) => at),
      atLeast(6),
    )
    for (const at of left.keys()) expect(atLeast(6)(left.toSpliced(at, 1))).toBe(false)
  })

  test('writes the smaller run, which is a run of its own', async () => {
    const until = ['--until', 'state => state.total > 35']
    const shrinking = ['shrink', 'tally.run.json', '-m', 'tally.mjs', ...until, '-o', 'small.run.json']
    const { status, stdout } = await program(shrinking)
    expect([status, stdout]).toEqual([0, 'shrunk 3 events to 1 in small.run.json\n1  {"type":"ADD","by":30}\n'])
    const small = restoreRun(tally, JSON.parse(readFileSync(inFolder('small.run.json'), 'utf8')))
    expect(small.state).toEqual({ total: 37 })
    expect(small.id).not.toBe(run.id)
    expect(await program(shrinking)).toMatchObject({
      status: 1,
      stderr: 'error: small.run.json exists; --force overwrites it\n',
    })
    const { stdout: json } = await program(['shrink', 'tally.run.json', '-m', 'tally.mjs', ...until, '--json'])
    expect(restoreRun(tally, JSON.parse(json)).state).toEqual({ total: 37 })
    const nowhere = await program([
      'shrink',
      'tally.run.json',
      '-m',
      'tally.mjs',
      '--until',
      'state => state.total > 99',
    ])
    expect(nowhere).toMatchObject({ status: 1, stderr: 'error: --until holds after no batch of the run\n' })
  })
})

test('a test is written from a captured run, with its refusals, and imports the module that was given', async () => {
  const captured = tallyRun()
  captured.in.send(add(5))
  writeFileSync(inFolder('captured.run.json'), JSON.stringify(captureRun(captured)))
  const writing = ['test', 'captured.run.json', '-m', './tally.mjs', '--title', 'it adds']
  const { status, stdout } = await program([...writing, '-o', 'node_modules/tally.test.mjs'])
  expect([status, stdout]).toEqual([0, 'written node_modules/tally.test.mjs\n'])
  const text = readFileSync(inFolder('node_modules/tally.test.mjs'), 'utf8')
  expect(text).toContain("import { tally } from '../tally.mjs'\n\ntest('it adds', () => {\n")
  expect(text).toContain('expect(run.state).toEqual({ total: 5 })')
  expect(linesOf((await program([...writing, '--json'])).stdout)).toEqual([{ text: text.replace('../', './') }])
  const alone = await program(['test', '-'], JSON.stringify(createRun(tally, { input: { start: 3 } })))
  expect(alone.stdout).toContain("import { tally } from './tally.ts'")
  expect(alone.stdout).toContain('createRun(tally, { input: { start: 3 } })')
})
