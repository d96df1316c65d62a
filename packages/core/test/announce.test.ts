/** Runs are announced to an inspector: a function under a registered symbol of the global object. */
import { createRun, defineMachine, forkRun, replayRun, restoreRun } from '@xmachines/core'
import { memoryStore, openNamed } from '@xmachines/core/store'
import { afterEach, expect, test, vi } from 'vitest'

const counter = defineMachine<number, { readonly type: 'INC' }>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count) => count + 1 },
})
const key = Symbol.for('@xmachines/core/hook')
interface Hook {
  (run: object): void
  readonly early?: readonly WeakRef<object>[]
}
const hooked = globalThis as { [key]?: Hook }

afterEach(() => {
  delete hooked[key]
  vi.unstubAllEnvs()
})

function announced(): object[] {
  const runs: object[] = []
  hooked[key] = (run) => void runs.push(run)
  return runs
}

test('every run that is made is announced', async () => {
  const runs = announced()
  const made = createRun(counter)
  const restored = restoreRun(counter, made.toJSON())
  const replayed = replayRun(counter, made.toJSON())
  const forked = forkRun(made, 0)
  expect(runs).toEqual([made, restored, replayed, forked])
  const { run } = await openNamed(memoryStore(), 'key', counter, {})
  expect(runs).toContain(run)
  run.close()
})

test('in development, runs that were made before an inspector came are kept for it', () => {
  const runs = Array.from({ length: 40 }, () => createRun(counter))
  expect(hooked[key]?.early?.map((run) => run.deref())).toEqual(runs)
})

test('in production nothing is kept, and runs are announced only if an inspector was there first', () => {
  vi.stubEnv('NODE_ENV', 'production')
  createRun(counter)
  expect(hooked[key]).toBeUndefined()
  const runs = announced()
  const run = createRun(counter)
  expect(runs).toEqual([run])
})

test('a platform without weak references keeps no runs', () => {
  vi.stubGlobal('WeakRef', undefined)
  createRun(counter)
  expect(hooked[key]).toBeUndefined()
  vi.unstubAllGlobals()
})
