/**
 * What the conformance tests import as `vitest`: the same, without the groups and tests of what this server does not have. Each is
 * listed with its reason.
 */
import { describe as realDescribe, test as realTest } from 'vitest'

export { expect, vi } from 'vitest'

/** What is left out, and why. */
export const NOT_OURS: Readonly<Record<string, string>> = {
  'TTL and Expiry Validation': 'runs do not expire',
  'TTL and Expiry Edge Cases': 'runs do not expire',
  'TTL Expiration Behavior': 'runs do not expire',
  'Idempotent Producer Operations': 'writing',
  'Idempotent Producers with Stream Closure': 'writing',
  'Fork - Creation': 'writing',
  'Fork - Reading': 'writing',
  'Fork - Appending': 'writing',
  'Fork - Recursive': 'writing',
  'Fork - Live Modes': 'writing',
  'Fork - Deletion and Lifecycle': 'writing',
  'Fork - TTL and Expiry': 'writing',
  'Fork - JSON Mode': 'writing',
  'Fork - Edge Cases': 'writing',
  'should delete a stream': 'runs are not deleted',
  'should properly isolate recreated stream after delete': 'runs are not deleted',
  'should return 404 on DELETE non-existent stream': 'runs are not deleted',
  'should return 204 on successful DELETE': 'runs are not deleted',
  'delete-closed-stream: Deleting a closed stream removes it (returns 404 after)': 'runs are not deleted',
  'should return TTL metadata if configured': 'runs do not expire',
  'should enforce sequence ordering with seq': 'writing: If-Match is our way',
  'should enforce sequence ordering': 'writing: If-Match is our way',
  'should enforce lexicographic seq ordering ("2" then "10" rejects)': 'writing: If-Match is our way',
  'should reject duplicate seq values': 'writing: Idempotency-Key is our way',
  'should enforce case-sensitive seq ordering': 'writing: If-Match is our way',
  'out-of-order seq values are rejected': 'writing: If-Match is our way',
  'close-with-different-body-dedup: Retry close with different body deduplicates to original': 'writing',
}

/** What was found of it. */
export const left = new Set<string>()

type Body = () => void

function isLeft(title: string): boolean {
  if (NOT_OURS[title] === undefined) return false
  left.add(title)
  return true
}

function describeOurs(title: string, body: Body): void {
  if (!isLeft(title)) realDescribe(title, body)
}

/** Its limits of time are dropped: they are a few seconds, for which a busy machine may stand still. */
function testOurs(title: string, ...rest: unknown[]): void {
  const given = rest.filter((one) => typeof one !== 'number')
  // The arguments are those of `test`.
  if (!isLeft(title)) (realTest as (...given: unknown[]) => void)(title, ...given)
}

export const describe: unknown = Object.assign(describeOurs, {
  runIf: (condition: unknown) => (condition === true ? describeOurs : () => undefined),
})
export const test: unknown = Object.assign(testOurs, { concurrent: testOurs })
