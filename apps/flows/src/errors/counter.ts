// A counter whose handlers misbehave on purpose, each in its own way, to show every kind of refusal. The comments say
// what is wrong. COUNT, ADD and TAKE are written as handlers should be.

import { defineMachine, type Machine, type RunError, refuse } from '@xmachines/core'

import { type CounterEvent, counterEventSchema } from './counter-events.ts'

/** The state of the counter. */
export interface Counter {
  readonly count: number
  readonly finished: boolean
}

/** An output that may not be plain data. The compiler cannot know what is `unknown`, so only the run refuses it. */
export type CounterOutput = { readonly type: 'reported'; readonly at: unknown }

/** Lets MEDDLE write to its own run. The page sets it. No handler should ever have such access. */
export const meddling: { write: () => RunError | undefined } = { write: () => undefined }

/** The error after which the machine cannot continue. */
class Broken extends Error {}

export const counter: Machine<Counter, CounterEvent, CounterOutput> = defineMachine<
  Counter,
  CounterEvent,
  CounterOutput
>({
  name: 'counter',
  version: '1',
  initial: { count: 0, finished: false },
  events: counterEventSchema,
  on: {
    COUNT: (counter) => ({ ...counter, count: counter.count + 1 }),
    ADD: (counter, { by }) => ({ ...counter, count: counter.count + by }),
    // A handler calls refuse if its rules do not allow an event: this one is right.
    TAKE: (counter, { many }) => {
      if (many > counter.count) refuse(`There are fewer than ${many} to take.`)
      return { ...counter, count: counter.count - many }
    },
    // It does not check the divisor, and the result of a division by 0 is not plain data.
    DIVIDE: (counter, { by }) => ({ ...counter, count: counter.count / by }),
    // A time should be a number or text. A handler also must not read the clock, so this Date is a fixed one.
    REPORT: (counter, _event, emit) => {
      emit({ type: 'reported', at: new Date(0) })
      return counter
    },
    // A random number belongs in the event: the same state and event must always give the same next state.
    GUESS: (counter) => ({ ...counter, count: Math.floor(Math.random() * 1e9) }),
    // A handler should emit an output for any effect. This one writes by itself, is refused, and throws that refusal.
    MEDDLE: (counter) => {
      const refusal = meddling.write()
      if (refusal !== undefined) throw refusal
      return counter
    },
    BREAK: () => {
      throw new Broken('The counter is broken: its count can no longer be trusted.')
    },
    FINISH: (counter) => ({ ...counter, finished: true }),
  },
  // No handler names PAUSE.
  unhandled: 'refuse',
  isDone: ({ finished }) => finished,
  isFatal: ({ cause }) => cause instanceof Broken,
})
