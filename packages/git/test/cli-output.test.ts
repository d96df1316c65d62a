/** Output on a terminal: coloured, cut to the width, with a progress bar for long work. */
import { Writable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { createOutput, OutputClosed } from '../src/cli/output.ts'
import { pageText } from '../src/cli/page-text.ts'
import { withProgress } from '../src/cli/progress-bar.ts'
import { visible, visibleJson } from '../src/cli/visible.ts'

/** A stream that collects what is written: a terminal of some width, or a pipe. */
function stream(columns?: number, colours = true): Writable & { written: string } {
  const made = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      Object.assign(made, { written: made.written + text })
      done()
    },
  }) as Writable & { written: string }
  made.written = ''
  return columns === undefined ? made : Object.assign(made, { isTTY: true, columns, hasColors: () => colours })
}

test('a line is coloured on a terminal that has colours, and plain elsewhere', async () => {
  const [terminal, plain, pipe] = [stream(80), stream(80, false), stream()]
  for (const out of [terminal, plain, pipe]) {
    const output = createOutput(out as never, stream() as never)
    await output.line(['yellow', 'abcd'], ' of ', ['cyan', 'door@1'])
    await output.flush()
  }
  expect(terminal.written).toBe('\u001b[33mabcd\u001b[39m of \u001b[36mdoor@1\u001b[39m\n')
  expect([plain.written, pipe.written]).toEqual(['abcd of door@1\n', 'abcd of door@1\n'])
})

test('a row is cut to the width of a terminal, and whole elsewhere', async () => {
  const [terminal, unknown, pipe] = [stream(10, false), stream(0, false), stream()]
  for (const out of [terminal, unknown, pipe]) {
    const output = createOutput(out as never, stream() as never)
    await output.row('0123', ['yellow', '456789abc'])
    await output.row('01234567\u{1f600}\u{1f600}')
    await output.row('0123456789', 'abc')
    await output.flush()
  }
  expect(terminal.written).toBe('012345678…\n01234567…\n0123456789\n')
  expect(pipe.written).toBe('0123456789abc\n01234567\u{1f600}\u{1f600}\n0123456789abc\n')
  expect(unknown.written).toBe(pipe.written)
})

test('a page is as wide as the terminal, up to 100 columns, and 80 wide elsewhere', () => {
  const pages = [stream(60), stream(100), stream(200), stream(0), stream()].map(
    (out) => createOutput(out as never, stream() as never).page,
  )
  expect(pages).toEqual([60, 100, 100, 80, 80])
})

test('prose is wrapped to the page, and examples are not', () => {
  const example = 'Example, at length:\n  $ one two three four five six seven eight nine ten eleven'
  const text = `\nA sentence that was broken\nfor a page of another width.\n\n${example}`
  const broken = '\nA sentence that was broken for a page of\nanother width.\n\n'
  expect(pageText(text, 44)).toBe(broken + example)
  expect(pageText(text, 100)).toBe(`\nA sentence that was broken for a page of another width.\n\n${example}`)
})

test('text is escaped in every piece, and stays readable', () => {
  expect(visible('\u001b]8;;x\u0007\r\n\t\u202e\u2066\u200f\ufeff\u{e0001}\ud800')).toBe(
    '\\u001b]8;;x\\u0007\\u000d\\u000a\\u0009\\u202e\\u2066\\u200f\\ufeff\\udb40\\udc01\\ud800',
  )
  expect(visible('Grüße, 世界 😀 ﷽ é')).toBe('Grüße, 世界 😀 ﷽ é')
  const value = { '\u202e': ['\u0000', '\\u202e', '\ud800'] }
  expect(JSON.parse(visibleJson(value))).toEqual(value)
})

test('printing into a closed pipe rejects', async () => {
  const closed = new Writable({
    write: (_text, _encoding, done) => done(Object.assign(new Error('closed'), { code: 'EPIPE' })),
  })
  const output = createOutput(closed as never, stream() as never)
  await output.line('text')
  await expect(output.flush()).rejects.toBeInstanceOf(OutputClosed)
  // A full buffer is written without being asked.
  await expect(output.text('x'.repeat(100_000))).rejects.toThrow()
})

test('long work shows a bar on a terminal, and erases it at the end', async () => {
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  const [terminal, pipe] = [stream(80), stream()]
  for (const err of [terminal, pipe]) {
    now = 0
    const output = createOutput(stream() as never, err as never)
    const result = await withProgress(output, 'verifying', async (onProgress) => {
      for (const [at, done] of [
        [299, 1],
        [301, 2],
        [399, 3],
        [402, 4],
      ] as const) {
        now = at
        onProgress(done, 4)
      }
      return 'done'
    })
    expect(result).toBe('done')
  }
  clock.mockRestore()
  const half = `\rverifying [${'#'.repeat(15)}${'.'.repeat(15)}]  50 %`
  expect(terminal.written).toBe(`${half}\rverifying [${'#'.repeat(30)}] 100 %\r\u001b[K`)
  expect(pipe.written).toBe('')
  const output = createOutput(stream() as never, stream(80) as never)
  await expect(withProgress(output, 'short', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})
