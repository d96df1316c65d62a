// What changed between two states: a line for each value that is another, with the path to it.

import type { Output, Piece } from './output.ts'

/** A value that changed. `before` or `after` is undefined if it was not there. */
interface StateChange {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** The most changes that are shown of one step, and the longest text of a value. */
const MOST_CHANGES = 20
const MOST_TEXT = 200

/** Prints the changes of a step. */
export async function printChanges(output: Output, before: unknown, after: unknown): Promise<void> {
  const changes: StateChange[] = []
  collect(changes, before, after, 'state')
  for (const { path, before: old, after: next } of changes.slice(0, MOST_CHANGES)) {
    const pieces: Piece[] = ['   ', ['dim', path], '  ']
    if (old !== undefined) pieces.push(['red', `${next === undefined ? '- ' : ''}${textOf(old)}`])
    if (old !== undefined && next !== undefined) pieces.push(' → ')
    if (next !== undefined) pieces.push(['green', `${old === undefined ? '+ ' : ''}${textOf(next)}`])
    await output.row(...pieces)
  }
  if (changes.length > MOST_CHANGES)
    await output.line('   ', ['dim', `and ${changes.length - MOST_CHANGES} more changes`])
}

function textOf(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text
}

function collect(changes: StateChange[], before: unknown, after: unknown, path: string): void {
  // What a machine does not change it hands on, so most of a large state is the same object.
  if (before === after) return
  const [old, next] = [membersOf(before), membersOf(after)]
  if (old === undefined || next === undefined || Array.isArray(before) !== Array.isArray(after)) {
    changes.push({ path, before, after })
    return
  }
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    collect(
      changes,
      memberOf(old, key),
      memberOf(next, key),
      Array.isArray(after) ? `${path}[${key}]` : `${path}.${key}`,
    )
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
}

function memberOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}
