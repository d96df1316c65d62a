// Attempts on the counter that its run refuses, each for another reason.

import type { RunErrorCode } from '@xmachines/core'

import type { CounterEvent } from './counter-events.ts'

/** A kind of refusal, and a button that causes it. */
export interface Attempt {
  readonly code: RunErrorCode
  /** Whether the refusal ends the run. */
  readonly fatal?: boolean
  /** What is wrong, and what happens. */
  readonly why: string
  /** The text of the button. */
  readonly action: string
}

/** An attempt that sends a batch to the run on the page. */
export interface BatchAttempt extends Attempt {
  readonly batch: CounterEvent | readonly CounterEvent[]
}

// The compiler accepts this as a COUNT, because extra members are allowed.
const countWithDate = { type: 'COUNT', when: new Date(0) } as const

/** Events that are wrong in themselves. */
export const badEvents: readonly BatchAttempt[] = [
  {
    code: 'INVALID_EVENT',
    why: 'Events are plain data, as in JSON. This one contains a Date, so the run does not let it in.',
    action: 'Send a Date',
    batch: countWithDate,
  },
  {
    code: 'SCHEMA_MISMATCH',
    why: 'The machine has a schema that checks every event. The schema allows an ADD by 1 to 9 only.',
    action: 'Add 99',
    batch: { type: 'ADD', by: 99 },
  },
]

/** Events that a handler refuses or handles wrongly. */
export const badHandlers: readonly BatchAttempt[] = [
  {
    code: 'REFUSED',
    why: 'A handler calls refuse if its rules do not allow an event: there are fewer than 1,000. This handler is right.',
    action: 'Take 1,000',
    batch: { type: 'TAKE', many: 1000 },
  },
  {
    code: 'UNHANDLED',
    why: 'No handler takes a PAUSE, and the machine says that such an event is refused. Without that it would be recorded, and change nothing.',
    action: 'Pause',
    batch: { type: 'PAUSE' },
  },
  {
    code: 'INVALID_STATE',
    why: 'This handler divides without checking the divisor. The state that it returns contains Infinity, which is not plain data.',
    action: 'Divide by 0',
    batch: { type: 'DIVIDE', by: 0 },
  },
  {
    code: 'INVALID_OUTPUT',
    why: 'This handler emits a Date. Outputs are plain data too: a time must be a number or text.',
    action: 'Report',
    batch: { type: 'REPORT' },
  },
  {
    code: 'NONDETERMINISTIC',
    why: 'This handler uses a random number. In development every batch runs twice and must give the same result. A production build trusts the handler and applies the batch.',
    action: 'Guess',
    batch: { type: 'GUESS' },
  },
  {
    code: 'REENTRANT',
    why: 'This handler writes to its own run, which refuses the write. The handler throws that refusal, so its own event is refused too.',
    action: 'Meddle',
    batch: { type: 'MEDDLE' },
  },
]

/** Events at the end of a run. */
export const ends: readonly BatchAttempt[] = [
  {
    code: 'RUN_DONE',
    why: 'FINISH completes the run, and a COUNT follows in the same batch: neither is applied. This is the only refusal that err does not deliver; send returns it.',
    action: 'Finish, then count',
    batch: [{ type: 'FINISH' }, { type: 'COUNT' }],
  },
  {
    code: 'TRANSITION_FAILED',
    fatal: true,
    why: 'The machine defines which errors are fatal. This is one of them: nothing is applied, and the run ends.',
    action: 'Break',
    batch: { type: 'BREAK' },
  },
]
