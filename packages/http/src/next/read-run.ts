// A run as a server component hands it down.

import type { HistoryRecord, Machine, RunEvent } from '@xmachines/core'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host-error.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'

/** A run at a moment. */
export interface ReadRun<State, Event> {
  readonly snapshot: WireSnapshot<State>
  /** What `useConnectedRun` takes as `history`, in the form in which server components hand it down. */
  readonly history: readonly HistoryRecord<Event>[]
}

/**
 * Reads a run for a page that is rendered at the server: its snapshot, and its history for the client.
 *
 * @param host the host
 * @param machine the machine that the page shows
 * @param id the id, which may be any text
 * @returns the run, or undefined if there is none of this machine
 * @throws {HostError} `BUSY` or `UNAVAILABLE`
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { readRun } from '@xmachines/http/next'
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
 * const run = await readRun(host, counter, snapshot.run)
 * console.log(run?.snapshot.state, run?.history.length) // 0 1
 * console.log(await readRun(host, counter, 'no-such-run')) // undefined
 * await host.close()
 * ```
 */
export async function readRun<State, Event extends RunEvent, Output, Input>(
  host: Host,
  machine: Machine<State, Event, Output, Input>,
  id: string,
): Promise<ReadRun<State, Event> | undefined> {
  const run = await host.hold(id).catch((thrown: unknown) => {
    if (thrown instanceof HostError && thrown.code === 'NOT_FOUND') return undefined
    throw thrown
  })
  if (run === undefined) return undefined
  try {
    const { name, version } = run.machine
    if (name !== machine.name || version !== machine.version) return undefined
    // Another server may have written since.
    await run.catchUp()
    const { latest } = run
    const records = await run.records(0, latest.sequence + 1)
    // The machine of the run has made and checked both.
    return { snapshot: latest, history: records } as unknown as ReadRun<State, Event>
  } finally {
    run.release()
  }
}
