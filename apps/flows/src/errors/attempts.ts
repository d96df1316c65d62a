// What can be tried on the counter, and what it is refused for: batches that its run does not apply.

import type { RunErrorCode } from '@xmachines/core'

import type { CounterEvent } from './counter.ts'

/** A kind of refusal, and how to bring it about. */
export interface Attempt {
  readonly code: RunErrorCode
  /** Whether it ends the run. */
  readonly fatal?: boolean
  /** What is wrong, and what becomes of it. */
  readonly why: string
  /** What its button says. */
  readonly action: string
}

/** An attempt that sends a batch to the run on the page. */
export interface BatchAttempt extends Attempt {
  readonly batch: CounterEvent | readonly CounterEvent[]
}

// What a compiler takes for a COUNT: it does not mind members that it does not know.
const countWithDate = { type: 'COUNT', when: new Date(0) } as const

/** What is wrong with the event itself. */
export const badEvents: readonly BatchAttempt[] = [
  {
    code: 'INVALID_EVENT',
    why: 'Events are plain data, what JSON can say. This one has a Date in it, and does not come through the door.',
    action: 'Send a Date',
    batch: countWithDate,
  },
  {
    code: 'SCHEMA_MISMATCH',
    why: 'The machine has a schema, which looks at events that no compiler saw. An ADD is by 1 to 9.',
    action: 'Add 99',
    batch: { type: 'ADD', by: 99 },
  },
]

/** What the machine refuses, or gets wrong. */
export const badHandlers: readonly BatchAttempt[] = [
  {
    code: 'TRANSITION_FAILED',
    why: 'A handler throws at what its rules do not allow: there are not so many. Nothing is wrong with it.',
    action: 'Take 1,000',
    batch: { type: 'TAKE', many: 1000 },
  },
  {
    code: 'INVALID_STATE',
    why: 'This handler divides without looking by what. The state that it makes has no number in it.',
    action: 'Divide by 0',
    batch: { type: 'DIVIDE', by: 0 },
  },
  {
    code: 'INVALID_OUTPUT',
    why: 'This handler emits a Date. Outputs are plain data too: here a time would be a number, or a text.',
    action: 'Report',
    batch: { type: 'REPORT' },
  },
  {
    code: 'NONDETERMINISTIC',
    why: 'This handler asks for a random number. In development each batch is stepped twice, and must come to the same; a production build takes its word, and applies it.',
    action: 'Guess',
    batch: { type: 'GUESS' },
  },
  {
    code: 'REENTRANT',
    why: 'This handler writes to its own run. What it wrote is refused, and as it passes that on, so is its own event.',
    action: 'Meddle',
    batch: { type: 'MEDDLE' },
  },
]

/** What has to do with the end of a run. */
export const ends: readonly BatchAttempt[] = [
  {
    code: 'RUN_DONE',
    why: 'FINISH completes the run, and a COUNT comes behind it in the same batch: none of the two is applied. This alone is not told on err; send returns it.',
    action: 'Finish, then count',
    batch: [{ type: 'FINISH' }, { type: 'COUNT' }],
  },
  {
    code: 'TRANSITION_FAILED',
    fatal: true,
    why: 'The machine says after which errors it cannot go on. This is one of them: nothing is applied, and the run has ended.',
    action: 'Break',
    batch: { type: 'BREAK' },
  },
]
