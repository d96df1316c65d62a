// A machine whose outputs components handle, and promises that a test settles by hand.

import { createRun, defineMachine, type Run, refuse } from '@xmachines/core'

export interface Task {
  readonly type: 'task'
  readonly name: string
}

export type WorkEvent = { type: 'DO'; name: string } | { type: 'DID'; name: string } | { type: 'REFUSED'; name: string }

export type WorkRun = Run<{ readonly done: readonly string[] }, WorkEvent, Task>

/** Emits a task for each `DO`, records each `DID`, and refuses each `REFUSED`. */
export const work = defineMachine<{ readonly done: readonly string[] }, WorkEvent, Task>({
  name: 'work',
  version: '1',
  initial: { done: [] },
  on: {
    DO: (state, { name }, emit) => {
      emit({ type: 'task', name })
      return state
    },
    DID: ({ done }, { name }) => ({ done: [...done, name] }),
    REFUSED: (_state, { name }) => refuse(`not ${name}`),
  },
})

/** A run that has emitted a task for each name. */
export function workOn(...names: readonly string[]): WorkRun {
  const run = createRun(work)
  for (const name of names) run.in.send({ type: 'DO', name })
  return run
}

/** A promise and the functions that settle it. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (thrown: unknown) => void
}

/** Makes a promise that a test settles. */
export function defer<Value>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => {}
  let reject: (thrown: unknown) => void = () => {}
  const promise = new Promise<Value>((...ends) => {
    ;[resolve, reject] = ends
  })
  return { promise, resolve, reject }
}
