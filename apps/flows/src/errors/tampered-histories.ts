// Histories that were changed, and the errors that `restoreRun` throws for them.

import { type BatchRecord, type RunDocument, RunError, restoreRun } from '@xmachines/core'

import type { Attempt } from './attempts.ts'
import { counter } from './counter.ts'
import type { CounterEvent } from './counter-events.ts'

type CounterDocument = RunDocument<CounterEvent>

/** An attempt to restore a changed history. */
export interface HistoryAttempt extends Attempt {
  readonly tamper: (history: CounterDocument) => CounterDocument
}

export const tamperedHistories: readonly HistoryAttempt[] = [
  {
    code: 'INVALID_HISTORY',
    why: 'The genesis record is missing. Every history begins with it.',
    action: 'Remove the genesis',
    tamper: (history) => ({ ...history, records: history.records.slice(1) }),
  },
  {
    code: 'HISTORY_MISMATCH',
    why: 'Somebody added an event that the run never had. Its oid does not match its content, and the right oid would change the head.',
    action: 'Add a false event',
    tamper: (history) => {
      const added: BatchRecord<CounterEvent> = {
        oid: '5eed'.repeat(10),
        parent: history.head,
        events: [{ type: 'ADD', by: 9 }],
      }
      return { ...history, records: [...history.records, added] }
    },
  },
  {
    code: 'MACHINE_MISMATCH',
    why: 'The history says version 2, but the machine here is version 1. New behaviour needs a new version.',
    action: 'Claim version 2',
    tamper: (history) => ({
      ...history,
      records: history.records.map((record) =>
        'machine' in record ? { ...record, machine: { ...record.machine, version: '2' } } : record,
      ),
    }),
  },
  {
    code: 'REPLAY_FAILED',
    why: 'The events are right, but they lead to another final state than the history says. This happens if a machine changes and keeps its version.',
    action: 'Change the final state',
    tamper: (history) => ({ ...history, state: '5eed'.repeat(10) }),
  },
]

/** Restores a changed history; returns the error that is thrown. */
export function restoreTampered({ tamper }: HistoryAttempt, history: CounterDocument): RunError | undefined {
  try {
    restoreRun(counter, tamper(history))
    return undefined
  } catch (thrown) {
    if (thrown instanceof RunError) return thrown
    throw thrown
  }
}
