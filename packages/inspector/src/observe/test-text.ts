// A run as a Vitest test: the same machine and batches, and the state that they lead to.

import type { History } from '@xmachines/core'
import { logsOf } from './logs.ts'
import type { ObservedRun } from './observed-run.ts'

/**
 * The text of a test that does what a run did up to a batch, refusals included.
 * @throws {RangeError} if the run has dropped batches
 */
export async function testText(
  { run, machine, batch, dropped, refusals }: ObservedRun,
  sequence: number,
): Promise<string> {
  if (dropped > 0) throw new RangeError(`the run has dropped its first ${dropped} batches; a test needs all of them`)
  const { testOf } = await import('@xmachines/core/testing')
  // A test compares no oids, and those of a long history take a while.
  const batches = Array.from({ length: sequence }, (_, at) => ({ oid: '', parent: '', events: batch(at + 1) ?? [] }))
  const history = {
    format: 'xmachines/1',
    records: [run.genesis, ...batches],
    sequence,
    head: '',
    state: '',
    refusals: refusals.filter((refusal) => (refusal.sequence ?? 0) <= sequence).map((refusal) => refusal.toJSON()),
  } satisfies History & { readonly refusals: unknown }
  return testOf(history, { machine, format: logsOf(run).confirmed.origin.format })
}
