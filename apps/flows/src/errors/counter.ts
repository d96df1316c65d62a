// A counter whose handlers misbehave on purpose, each in its own way, so that each kind of refusal can be seen. COUNT
// and ADD are as handlers should be; of the others, each says what is wrong with it.

import { defineMachine, type Machine, type RunError } from '@xmachines/core'

import { counterEvents } from './counter-events.ts'

/** What was counted. */
export interface Counter {
  readonly count: number
  readonly finished: boolean
}

/** What can be asked of the counter. */
export type CounterEvent =
  | { readonly type: 'COUNT' }
  | { readonly type: 'ADD'; readonly by: number }
  | { readonly type: 'TAKE'; readonly many: number }
  | { readonly type: 'DIVIDE'; readonly by: number }
  | { readonly type: 'REPORT' }
  | { readonly type: 'GUESS' }
  | { readonly type: 'MEDDLE' }
  | { readonly type: 'BREAK' }
  | { readonly type: 'FINISH' }

/** An output that is no plain data: the compiler does not mind, the run does. */
export type CounterOutput = { readonly type: 'reported'; readonly at: Date }

/** How MEDDLE writes to its own run. No handler should know it; the page tells, so that one can misbehave. */
export const meddling: { write: () => RunError | undefined } = { write: () => undefined }

/** What the machine cannot go on after. */
class Broken extends Error {}

export const counter: Machine<Counter, CounterEvent, CounterOutput> = defineMachine<
  Counter,
  CounterEvent,
  CounterOutput
>({
  name: 'counter',
  version: '1',
  initial: { count: 0, finished: false },
  events: counterEvents,
  on: {
    COUNT: (counter) => ({ ...counter, count: counter.count + 1 }),
    ADD: (counter, { by }) => ({ ...counter, count: counter.count + by }),
    // To throw is how a handler refuses what its rules do not allow: nothing is wrong with this one.
    TAKE: (counter, { many }) => {
      if (many > counter.count) throw new Error(`There are not ${many} to take.`)
      return { ...counter, count: counter.count - many }
    },
    // It does not look what it divides by, and no plain data says what comes of 0.
    DIVIDE: (counter, { by }) => ({ ...counter, count: counter.count / by }),
    // A time is a number, or a text; and a handler asks no clock, so this one is not even of today.
    REPORT: (counter, _event, emit) => {
      emit({ type: 'reported', at: new Date(0) })
      return counter
    },
    // Chance belongs into the event: from the same state and event there is only one way on.
    GUESS: (counter) => ({ ...counter, count: Math.floor(Math.random() * 1e9) }),
    // A handler that wants something done emits an output. This one does it, is refused, and passes that on.
    MEDDLE: (counter) => {
      const refusal = meddling.write()
      if (refusal !== undefined) throw refusal
      return counter
    },
    BREAK: () => {
      throw new Broken('The counter is broken: nobody knows any more what it has counted.')
    },
    FINISH: (counter) => ({ ...counter, finished: true }),
  },
  isDone: ({ finished }) => finished,
  isFatal: ({ cause }) => cause instanceof Broken,
})
