// Reads the plain data of a refusal that came over a wire or from another thread.

import { wrongValue } from '../data/describe-value.ts'
import { copyArgument } from '../data/plain-data.ts'
import type { RunErrorCode, RunErrorDetails } from './run-error.ts'

/** What the plain data of a refusal says. */
export interface RunErrorParts extends Omit<RunErrorDetails, 'run'> {
  readonly code: RunErrorCode
  readonly message: string
  readonly run?: string | undefined
  readonly fatal?: boolean | undefined
}

/** The type of each member that is read. The first two must be there. */
const MEMBERS = {
  code: 'string',
  message: 'string',
  run: 'string',
  reason: 'string',
  sequence: 'number',
  index: 'number',
  dropped: 'number',
  fatal: 'boolean',
} as const

/**
 * A copy of the plain data of a refusal.
 * @throws {TypeError} if a member is missing or has the wrong type, or is no plain data
 * @throws {RangeError} if the code is not one, or a count is not a whole number from 0
 */
export function readRunError(json: unknown): RunErrorParts {
  const parts = copyArgument(json ?? null, 'json') as Readonly<Record<string, unknown>>
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) {
    throw new TypeError(wrongValue('json', json, 'what toJSON() of a RunError gives, parsed if it was text'))
  }
  const wrong = (key: string, expected: string): string => wrongValue(`json.${key}`, parts[key], expected)
  for (const [key, type] of Object.entries(MEMBERS)) {
    const value = parts[key]
    if (value === undefined && key !== 'code' && key !== 'message') continue
    if (typeof value !== type) throw new TypeError(wrong(key, `a ${type}`))
    if (type === 'number' && !((value as number) >= 0 && Number.isSafeInteger(value))) {
      throw new RangeError(wrong(key, 'a whole number from 0'))
    }
  }
  // A peer of a later version may have codes that this one does not know.
  if (!/^[A-Z_]+$/.test(parts['code'] as string)) throw new RangeError(wrong('code', 'a code such as INVALID_EVENT'))
  if (!Array.isArray(parts['batch'] ?? [])) throw new TypeError(wrong('batch', 'an array'))
  return parts as unknown as RunErrorParts
}
