// A machine that remembers who wrote what, for properties of many senders.

import { type BatchRecord, defineMachine, type HistoryRecord, type Machine, type Run } from '@xmachines/core'
import * as fc from 'fast-check'

export interface Entry {
  readonly type: string
  readonly from: number
  readonly n: number
}
export interface Told {
  readonly at: number
  readonly from: number
  readonly n: number
}
export interface Ledger {
  readonly count: number
  readonly last: Readonly<Record<string, number>>
}
export type LedgerRun = Run<Ledger, Entry, Told>

/** Counts entries and tells each; refuses what is `BAD`, and completes with `END`. */
export const ledger: Machine<Ledger, Entry, Told> = defineMachine<Ledger, Entry, Told>({
  name: 'ledger',
  version: '1',
  initial: { count: 0, last: {} },
  transition: (state, { type, from, n }, emit) => {
    if (type === 'BAD') {
      emit({ at: -1, from, n })
      throw new Error('a bad entry')
    }
    if (type === 'END') return { count: -1, last: state.last }
    emit({ at: state.count, from, n })
    return { count: state.count + 1, last: { ...state.last, [from]: n } }
  },
  isDone: ({ count }) => count === -1,
})

/** One batch of a sender: so many events, one of which may be bad or not an event. */
export interface Plan {
  readonly size: number
  readonly single: boolean
  readonly bad: 'no' | 'BAD' | 'nonsense'
}

export const plan: fc.Arbitrary<Plan> = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  single: fc.boolean(),
  bad: fc.oneof(
    { weight: 4, arbitrary: fc.constant('no' as const) },
    fc.constant('BAD' as const),
    fc.constant('nonsense' as const),
  ),
})

/** What is written for a plan; the numbers of a sender rise. */
export function batchOf({ size, single, bad }: Plan, from: number, n: number): Entry | Entry[] {
  const length = single ? 1 : size
  const events = Array.from({ length }, (_, at): Entry => ({ type: 'ENTRY', from, n: n * 10 + at }))
  if (bad === 'BAD') events[length - 1] = { type: 'BAD', from, n: n * 10 }
  if (bad === 'nonsense') events[length - 1] = { type: 'ENTRY', from, n: Number.NaN }
  return single ? (events[0] as Entry) : events
}

/** The state and the outputs that a history folds to. */
export function fold(records: readonly HistoryRecord<Entry>[]): { state: Ledger; told: Told[] } {
  const told: Told[] = []
  let state = ledger.initial(undefined)
  for (const { events } of records.slice(1) as BatchRecord<Entry>[]) {
    for (const event of events) state = ledger.transition(state, event, (output) => told.push(output))
  }
  return { state, told }
}

/** The first entry of each recorded batch, by sender. */
export function recordedBy(records: readonly HistoryRecord<Entry>[], from: number): number[] {
  const batches = records.slice(1) as BatchRecord<Entry>[]
  return batches.filter(({ events }) => events[0]?.from === from).map(({ events }) => events[0]?.n as number)
}
