// The machine of the suite, runs of it, and how they are appended.

import { defineMachine } from '../../machine/define-machine.ts'
import type { Machine } from '../../machine/machine.ts'
import { recordable } from '../../recording/recordable.ts'
import { createRun } from '../../run/create-run.ts'
import type { Run } from '../../run/run.ts'
import type { AppendOptions, RunStore, Slice } from '../run-store.ts'
import { takeSlice } from '../take-slice.ts'

type LedgerEvent = { type: 'PAID'; cents: number; [other: string]: unknown }
type LedgerOutput = { type: 'receipt'; cents: number }
/** A run of the suite. */
export type LedgerRun = Run<number, LedgerEvent, LedgerOutput>

/** Adds cents up, and emits a receipt for each payment. */
export const ledger: Machine<number, LedgerEvent, LedgerOutput> = defineMachine<number, LedgerEvent, LedgerOutput>({
  name: 'conformance-ledger',
  version: '1',
  initial: 0,
  on: {
    PAID: (sum, { cents }, emit) => {
      emit({ type: 'receipt', cents })
      return sum + cents
    },
  },
})

/** A run with so many payments. */
export function ledgerRun(payments = 0): LedgerRun {
  const run = createRun(ledger)
  for (let cents = 1; cents <= payments; cents++) run.in.send({ type: 'PAID', cents })
  return run
}

/** The part of a run from one sequence on. */
export function sliceOf(run: LedgerRun, from: number, to: number = run.snapshot.current.sequence): Slice {
  return takeSlice(recordable(run), { from, to, position: to, settled: 0 })
}

/** Which part of a run is appended, and what it says about outputs unless each batch made one that has not settled. */
interface AppendedPart extends Partial<Pick<Slice, 'position' | 'settled'>> {
  readonly from: number
  readonly to?: number
}

/** Appends what a run has from one sequence on. */
export async function append(
  store: RunStore,
  run: LedgerRun,
  { from, to, position, settled, ...options }: AppendedPart & Partial<AppendOptions>,
): Promise<void> {
  const slice: Slice = {
    ...sliceOf(run, from, to),
    ...(position !== undefined && { position }),
    ...(settled !== undefined && { settled }),
  }
  const [first] = slice.records
  const expected = first !== undefined && 'parent' in first ? first.parent : undefined
  await store.append(run.id, expected, slice, { writer: token(), ...options })
}

/** The token of an append. */
export function token(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
