// Gives a run of an old version of a machine a successor of a new one. The successor is kept first. Then the old run is sealed where
// the successor begins, so whatever was acknowledged in it is part of what the successor came from.

import {
  type AnyMachine,
  createRun,
  type Machine,
  type ObjectFormat,
  type ReplayRunOptions,
  type RunEvent,
  replayRun,
} from '@xmachines/core'
import { newToken } from '@xmachines/core/internal'
import { type RunStore, storeErrorOf } from '@xmachines/core/store'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { HostError } from './host-error.ts'
import type { LiveRun } from './live-run.ts'
import { type AnyRunObject, keepRun, snapshotOf, type TakenRun } from './new-runs.ts'

/**
 * How a successor comes from an old run: a pure function that gives the input of the successor, or how the events of the old run are
 * replayed on the new machine.
 */
export type Mapping<Old, Event extends RunEvent, Input> =
  | ((old: WireSnapshot<Old>) => Input)
  | Pick<ReplayRunOptions<Event>, 'rename' | 'onUnhandled'>

/** What a successor is made with. */
export interface SuccessionPlan {
  readonly store: RunStore
  readonly format: ObjectFormat | undefined
  /** Names this server in the lease. */
  readonly owner: string | undefined
  readonly ttl: number
  /** Whether outputs of a machine are handled here. */
  readonly handles: (machine: AnyMachine) => boolean
}

/** How often to begin again because the old run has moved. */
const MOST_ROUNDS = 8

/**
 * Gives a run a successor.
 * @throws {HostError} `SUCCEEDED` if it has one already, `BUSY` if it keeps moving, or if its outputs have not settled
 * @throws {RangeError} if the run is done, or is one of this very machine
 * @throws {TypeError} if the store cannot seal runs
 */
export async function succeed<State, Old, Event extends RunEvent, Output, Input>(
  plan: SuccessionPlan,
  live: LiveRun,
  machine: Machine<State, Event, Output, Input>,
  mapping: Mapping<Old, Event, Input>,
): Promise<TakenRun> {
  const { store } = plan
  const { id } = live
  if (store.seal === undefined)
    throw new TypeError(`the store of this host cannot seal runs, so ${id} has no successor`)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const run = await live.open()
    await run.catchUp()
    const { latest } = live
    if (latest.status === 'done') throw new RangeError(`the run ${id} is done; it needs no successor`)
    if (run.machine.name === machine.name && run.machine.version === machine.version) {
      throw new RangeError(`the run ${id} is one of ${machine.name}@${machine.version} already`)
    }
    const isMade = await settledFrom(plan, live, async () => {
      const successor = await made()
      const isNew = await keepRun(store, successor)
      await store.seal?.(id, latest.head, successor.id)
      return { snapshot: snapshotOf(successor), isNew }
    }).catch((thrown: unknown) => {
      if (storeErrorOf(thrown)?.code === 'MOVED') return undefined
      throw thrown
    })
    if (isMade !== undefined) return isMade

    async function made(): Promise<AnyRunObject> {
      const format = plan.format === undefined ? {} : { format: plan.format }
      if (typeof mapping === 'object') {
        return replayRun(machine, await live.records(0, latest.sequence + 1), { ...mapping, ...format }) as AnyRunObject
      }
      const { createdAt } = run.genesis
      // The same old run gives the same successor, so two servers that do this at once do not make two.
      const nonce = Uint8Array.from(latest.head.slice(0, 32).match(/../g) ?? [], (digits) =>
        Number.parseInt(digits, 16),
      )
      // The function says of which state it is.
      const input = mapping(latest as WireSnapshot<Old>)
      return createRun(machine as AnyMachine, { ...format, createdAt, nonce, input })
    }
  }
  throw new HostError('BUSY', `the run ${id} keeps moving, and has no successor; try again later`, { retryAfter: 1 })
}

/** Acts while nobody handles outputs of a run. What its handlers would answer could not be written any more. */
async function settledFrom<Result>(
  { store, owner = newToken(), ttl, handles }: SuccessionPlan,
  live: LiveRun,
  act: () => Promise<Result>,
): Promise<Result> {
  const { id, latest } = live
  if (live.opened === undefined || !handles(live.opened.machine)) return await act()
  const lease = await store.lease(id, { owner, ttl })
  try {
    if (lease !== undefined && lease.settled >= latest.position) return await act()
  } finally {
    await lease?.release()
  }
  const why = `outputs of the run ${id} have not settled, and it has no successor; try again later`
  throw new HostError('BUSY', why, { retryAfter: 1 })
}
