/** docs/conformance.md names every requirement of the suite under its section, and nothing else. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requirements } from './suite/index.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/conformance.md'), 'utf8')
const table = text.slice(text.indexOf('| section |'), text.indexOf('\n\n', text.indexOf('| section |')))

test('the table names every requirement of the suite, in order, and nothing else', () => {
  const rows = table
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.trim()))
  const named = rows.map(([, section, , title]) => `${section} ${title}`)
  expect(named).toEqual(requirements.map(({ section, title }) => `§${section} ${title}`))
})

test('every row says what we do about it', () => {
  for (const row of table.split('\n').slice(2)) expect(row.split('|')[2]?.trim(), row).toMatch(/^\S.{10,}/)
})

test('every section of the specification from 2.1 to 11 has a requirement', () => {
  const sections = ['2.1', '2.2', '2.3', '3.1', '3.2', '3.3', '4', '5', '6', '7', '8', '9', '10', '11']
  expect([...new Set(requirements.map(({ section }) => section))]).toEqual(sections)
})

test('every chosen reading names its sections', () => {
  const readings = text.slice(text.indexOf('## Chosen readings'))
  for (const sections of ['§4, §6', '§6, §10', '§8', '§9', '§11']) expect(readings).toContain(`(${sections})`)
})
