// Histories that somebody tampered with, and what `restoreRun` makes of them.

import { type BatchRecord, type RunDocument, RunError, restoreRun } from '@xmachines/core'

import type { Attempt } from './attempts.ts'
import { type CounterEvent, counter } from './counter.ts'

type CounterDocument = RunDocument<CounterEvent>

/** An attempt to restore a history that was changed. */
export interface HistoryAttempt extends Attempt {
  readonly tamper: (history: CounterDocument) => CounterDocument
}

export const tamperedHistories: readonly HistoryAttempt[] = [
  {
    code: 'INVALID_HISTORY',
    why: 'The record of the genesis is gone. A history begins with it.',
    action: 'Cut off the genesis',
    tamper: (history) => ({ ...history, records: history.records.slice(1) }),
  },
  {
    code: 'HISTORY_MISMATCH',
    why: 'An event was slipped in that the run never had. Its oid is not that of its content, and the right one would change the head.',
    action: 'Slip in an event',
    tamper: (history) => {
      const slipped: BatchRecord<CounterEvent> = {
        oid: '5eed'.repeat(10),
        parent: history.head,
        events: [{ type: 'ADD', by: 9 }],
      }
      return { ...history, records: [...history.records, slipped] }
    },
  },
  {
    code: 'MACHINE_MISMATCH',
    why: 'It says that it is of version 2, and the machine that is given is version 1: new behaviour, new version.',
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
    why: 'Its events are right, and lead elsewhere than it says: as where a machine was changed and kept its version.',
    action: 'Change its end',
    tamper: (history) => ({ ...history, state: '5eed'.repeat(10) }),
  },
]

/** Restores a history that was tampered with; answers with what is thrown. */
export function restoreTampered({ tamper }: HistoryAttempt, history: CounterDocument): RunError | undefined {
  try {
    restoreRun(counter, tamper(history))
    return undefined
  } catch (thrown) {
    if (thrown instanceof RunError) return thrown
    throw thrown
  }
}
