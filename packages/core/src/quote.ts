// How a value that was refused is named in a message.

import { describeThrown } from './not-plain.ts'

/** A short name of any value: text in quotes, objects by their kind. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return describeThrown(value)
}

/** The sentence that refuses an argument: what it is, and what it must be. */
export function mustBe(what: string, value: unknown, expected: string): string {
  return `${what} is ${quote(value)}; it must be ${expected}`
}
