// Reads `err` late, on a run of its own, so that hundreds of refusals do not fill the lists on the page.

import { createRun, type RunError } from '@xmachines/core'

import type { Attempt } from './attempts.ts'
import { counter } from './counter.ts'

export const lateReading: Attempt = {
  code: 'ERRORS_DROPPED',
  why: 'A run keeps its latest 256 refusals. Here another run refuses 300 events before anybody reads its err. The reader first learns how many it missed, and then gets the rest.',
  action: 'Read late',
}

/** Sends more refused events than a run keeps, and only then reads; returns the first item. */
export async function readLate(): Promise<RunError | undefined> {
  const run = createRun(counter)
  const { err } = run.ports()
  for (let times = 0; times < 300; times++) run.in.send({ type: 'TAKE', many: 1000 })
  const reader = err.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return value
}
