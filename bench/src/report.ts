/** Prints the lines as a table, and how many bars hold. */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

import type { Line } from './verdict.ts'

const measured = ['@xmachines/core', '@noble/hashes', 'xstate', '@xstate/store', 'zustand', 'redux']

/** Prints what is measured, where, and which time it is. */
export function printVersions(
  engine: string,
  packages = measured,
  times = 'times are those of the thread alone',
): void {
  const versions = packages.map((name) => `${name} ${versionOf(name)}`)
  console.log(`${engine} on ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`)
  console.log(`${versions.join(', ')}; production build; ${times}\n`)
}

/** Prints the table. */
export function printTable(lines: readonly Line[]): void {
  const cells = lines.map(({ row, unit, ours, peer, ratio, bar }) => [
    row,
    ours.name,
    amount(ours.value, unit),
    peer.name,
    amount(peer.value, unit),
    `${times(ratio.middle)} the ${ratio.of}`,
    ratio.quartiles === undefined ? '' : ratio.quartiles.map(times).join(' to '),
    bar?.text ?? '',
    bar === undefined ? '' : bar.holds ? 'holds' : 'misses',
  ])
  printColumns([['row', 'ours', '', 'peer', '', 'ratio', 'quartiles', 'bar', ''], ...cells], [2, 4])
  const bars = lines.flatMap(({ bar }) => (bar === undefined ? [] : [bar.holds]))
  const held = bars.filter(Boolean).length
  console.log(`\n${held} bars hold, ${bars.length - held} missed`)
}

/** Prints lines of cells in columns, those with numbers aligned to the right. */
export function printColumns(lines: readonly (readonly string[])[], numbers: readonly number[]): void {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of lines) {
    const padded = line.map((cell, column) => {
      const width = widths[column] ?? 0
      return numbers.includes(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    console.log(padded.join('  ').trimEnd())
  }
}

function amount(value: number, unit: Line['unit']): string {
  if (unit === 'ns' && value >= 1e6) return `${(value / 1e6).toFixed(2)} ms`
  if (unit === 'ns' && value >= 1e4) return `${(value / 1e3).toFixed(1)} µs`
  if (unit === 'ns') return `${value < 100 ? value.toFixed(1) : Math.round(value)} ns`
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} MB`
  return `${Math.round(value)} B`
}

function times(ratio: number): string {
  if (ratio < 0.1) return `${ratio.toPrecision(2)}×`
  return `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1)}×`
}

function versionOf(name: string): string {
  const file = join(import.meta.dirname, '../node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
