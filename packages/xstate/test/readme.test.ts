/** The example of the README is the file in `examples`, and prints what its comments say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'

const text = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8')

test('the README shows the example that is run here', () => {
  expect(text('../README.md')).toContain(`\`\`\`ts\n${text('examples/quote.ts')}\`\`\``)
})

test('the example prints what it says', async () => {
  const printed: unknown[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
    printed.push(typeof line === 'string' ? line : JSON.stringify(line))
  })
  await import('./examples/quote.ts')
  log.mockRestore()
  const said = [...text('examples/quote.ts').matchAll(/\/\/ (.*)$/gm)].map(([, line]) => line)
  expect(printed).toEqual(said)
})
