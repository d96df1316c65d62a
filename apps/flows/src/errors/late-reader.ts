// A reader of `err` that comes late, on a run of its own: hundreds of refusals are not for the lists on the page.

import { createRun, type RunError } from '@xmachines/core'

import type { Attempt } from './attempts.ts'
import { counter } from './counter.ts'

export const lateReading: Attempt = {
  code: 'ERRORS_DROPPED',
  why: 'A run keeps its latest 256 refusals. Here 300 events are refused on another run before its err is read: who reads late is told how many it missed, and then the rest.',
  action: 'Read late',
}

/** Has more events refused than a run remembers, and only then reads; answers with the first that is read. */
export async function readLate(): Promise<RunError | undefined> {
  const run = createRun(counter)
  const { err } = run.ports()
  for (let times = 0; times < 300; times++) run.in.send({ type: 'TAKE', many: 1000 })
  const reader = err.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return value
}
