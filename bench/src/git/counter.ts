// What is recorded: runs of a counter, each batch an event of 60 bytes.

import { createRun, defineMachine, type Machine, type Run } from '@xmachines/core'

export interface Inc {
  readonly type: 'INC'
  readonly by: number
  readonly note: string
}

export type CounterRun = Run<number, Inc>

export const counter: Machine<number, Inc> = defineMachine<number, Inc>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count, { by }) => count + by },
})

/** A run that has done nothing yet. */
export function newRun(): CounterRun {
  return createRun(counter)
}

/** Sends some events, each a batch of its own. */
export function sendBatches(run: CounterRun, count: number): void {
  const { sequence } = run.snapshot.current
  for (let at = 1; at <= count; at++) {
    const refusal = run.in.send({ type: 'INC', by: 1, note: `batch ${String(sequence + at).padStart(16, '0')}` })
    if (refusal !== undefined) throw refusal
  }
}
