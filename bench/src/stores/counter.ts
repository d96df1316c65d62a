// What is kept: runs of a counter, with events of 60 bytes; and how their appends are timed.

import { createRun, defineMachine, type Machine, type Run } from '@xmachines/core'
import { median } from '../harness.ts'

export interface Inc {
  readonly type: 'INC'
  readonly by: number
  readonly note: string
}

export const counter: Machine<number, Inc> = defineMachine<number, Inc>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count, { by }) => count + by },
})

/** Sends the next event. */
export function send(run: Run<number, Inc>): void {
  const { sequence } = run.snapshot.current
  const refusal = run.in.send({ type: 'INC', by: 1, note: `batch ${String(sequence + 1).padStart(16, '0')}` })
  if (refusal !== undefined) throw refusal
}

/** A record as ours keeps it. */
export function recordText(): string {
  const run = createRun(counter)
  send(run)
  return JSON.stringify(run.toJSON().records[1])
}

/** The median of the times of so many acts, in milliseconds: a pause of the machine in one of them says nothing. */
export async function timeEach(times: number, act: () => Promise<void>): Promise<{ append: number }> {
  const took: number[] = []
  for (let count = 0; count < times; count++) {
    const begun = performance.now()
    await act()
    took.push(performance.now() - begun)
  }
  return { append: median(took) }
}
