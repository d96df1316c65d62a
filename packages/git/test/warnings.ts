// Collects the warnings of the process that tests run in, so that the console has results only. A test names the warnings
// that it causes. It fails if another one comes, or if one that it expects does not.

import { afterEach, expect } from 'vitest'

/** A warning; those of Node itself have no code, and are known by their name. */
type Warning = Error & { readonly code?: string }

const nextTask = setImmediate
let came: Warning[] = []
let expected = new Set<string>()
let allowed = new Set<string>()

// Node's own listener prints them.
process.removeAllListeners('warning')
process.on('warning', (warning: Warning) => {
  // Whether a repository is being repacked when a test breaks it depends on the order in which processes run.
  if (!/^repacking .*is tried again later$/s.test(warning.message)) came.push(warning)
})

/** Says which warnings this test causes, by code. */
export function expectWarnings(...codes: readonly string[]): void {
  for (const code of codes) expected.add(code)
}

/** Says which warnings this test may cause: it depends on the order in which processes run. */
export function allowWarnings(...codes: readonly string[]): void {
  for (const code of codes) allowed.add(code)
}

/** The messages of the warnings that came since the test began. */
export async function warningsSoFar(): Promise<string[]> {
  // They are emitted in a later tick than the call that causes them.
  await new Promise(nextTask)
  return came.map(({ message }) => message)
}

afterEach(async () => {
  await new Promise(nextTask)
  const codes = came.map(({ code, name }) => code ?? name)
  const unexpected = came.filter((_, at) => !expected.has(codes[at] as string) && !allowed.has(codes[at] as string))
  const missing = [...expected].filter((code) => !codes.includes(code))
  came = []
  expected = new Set()
  allowed = new Set()
  expect(
    unexpected.map(({ code, name, message }) => `${code ?? name}: ${message}`),
    'warnings that this test did not name',
  ).toEqual([])
  expect(missing, 'warnings that this test expects, and that did not come').toEqual([])
})
