// A batch that a form sends: for server actions, which have no request to give to the handler.

import { problemOf } from '../handler/http-problem.ts'
import type { Host } from '../host/host.ts'
import type { WriteOptions, Written } from '../host/write-batch.ts'
import type { Problem } from '../wire/problem.ts'

/** The result of a batch: where it was applied, or why not. */
export type WroteRun = (Written & { readonly problem?: undefined }) | { readonly problem: Problem }

/**
 * Writes a batch into a run, as `PATCH` does, and gives a refusal instead of throwing it: a server action shows it beside the
 * control that caused it.
 *
 * @param host the host
 * @param id the id of the run
 * @param events the batch. What comes from a form may be anything: the machine checks it
 * @param options an idempotency key, and the head that the sender saw
 * @returns the snapshot after the batch; or the problem, as the body of the answer to `PATCH` would be
 * @throws what is a bug, or a store that fails
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { writeRun } from '@xmachines/http/next'
 * import { openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const host = openHost(memoryStore(), [counter])
 * const { snapshot } = await host.create(counter)
 * const seen = { expectedHead: snapshot.head }
 * const first = await writeRun(host, snapshot.run, [{ type: 'INC' }], seen)
 * const second = await writeRun(host, snapshot.run, [{ type: 'INC' }], seen)
 * console.log(first.problem?.code, second.problem?.code) // undefined HEAD_MOVED
 * await host.close()
 * ```
 */
export async function writeRun(
  host: Host,
  id: string,
  events: readonly unknown[],
  options: WriteOptions = {},
): Promise<WroteRun> {
  try {
    const run = await host.hold(id)
    try {
      return await run.write(events, options)
    } finally {
      run.release()
    }
  } catch (thrown) {
    const { problem, isFault } = problemOf(thrown)
    if (isFault || problem.status >= 500) throw thrown
    return { problem }
  }
}
