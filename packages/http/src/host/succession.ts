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
import type { HostedMachine } from './hosted-machine.ts'
import type { LiveRun } from './live-run.ts'
import { type AnyRunObject, keepRun, snapshotOf, type TakenRun } from './new-runs.ts'

/**
 * How a successor comes from an old run: a pure function that gives the input of the successor, or how the events of the old run are
 * replayed on the new machine.
 */
export type Mapping<Old, Event extends RunEvent, Input> =
  | ((old: WireSnapshot<Old>) => Input)
  | Pick<ReplayRunOptions<Event>, 'rename' | 'onUnhandled'>

/** What successors are made with. */
export interface SuccessionPlan {
  readonly store: RunStore
  readonly machines: readonly HostedMachine[]
  readonly format: ObjectFormat | undefined
  /** Names this server in the lease. */
  readonly owner: string | undefined
  readonly ttl: number
  /** Opens a run for as long as it is used. */
  readonly hold: (id: string) => Promise<{ readonly live: LiveRun; release(): void }>
  /** Called with a successor that was made. */
  readonly onMade: (successor: TakenRun, machine: AnyMachine) => Promise<void>
  /** Called with an old run that was sealed, and its machine. */
  readonly onSealed: (machine: AnyMachine, id: string) => void
}

/** Gives a run a successor, as `Host.succeed`. */
export type Succeed = <State, Old, Event extends RunEvent, Output, Input>(
  id: string,
  machine: Machine<State, Event, Output, Input>,
  mapping: Mapping<Old, Event, Input>,
) => Promise<TakenRun>

/** How often to begin again because the old run has moved. */
const MOST_ROUNDS = 8

/** Gives runs successors. */
export function successions(plan: SuccessionPlan): Succeed {
  const { machines, hold, onMade, onSealed } = plan
  return async (id, machine, mapping) => {
    if (!machines.some((one) => one.machine === machine)) {
      throw new RangeError(`${machine.name}@${machine.version} is not served here; give it to openHost`)
    }
    try {
      const { live, release } = await hold(id)
      try {
        const taken = await makeSuccessor(plan, live, machine, mapping)
        const old = live.opened?.machine
        live.succeed(taken.snapshot.run)
        if (old !== undefined) onSealed(old, id)
        await onMade(taken, machine)
        return taken
      } finally {
        release()
      }
    } catch (thrown) {
      // It has one already, or another server was first.
      const { successor } = thrown instanceof HostError ? thrown : (storeErrorOf(thrown) ?? {})
      if (successor === undefined) throw thrown
      const { live, release } = await hold(successor)
      const { latest: snapshot } = live
      release()
      return { snapshot, isNew: false }
    }
  }
}

async function makeSuccessor<State, Old, Event extends RunEvent, Output, Input>(
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
    const taken = await settledFrom(plan, live, async () => {
      const successor = await made()
      const isNew = await keepRun(store, successor)
      await store.seal?.(id, latest.head, successor.id)
      return { snapshot: snapshotOf(successor), isNew }
    }).catch((thrown: unknown) => {
      if (storeErrorOf(thrown)?.code === 'MOVED') return undefined
      throw thrown
    })
    if (taken !== undefined) return taken

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
  throw new HostError('BUSY', `the run ${id} keeps changing, so it got no successor; try again later`, {
    retryAfter: 1,
  })
}

/** Acts while nobody handles outputs of a run. What its handlers would answer could not be written any more. */
async function settledFrom<Result>(
  { store, machines, owner = newToken(), ttl }: SuccessionPlan,
  live: LiveRun,
  act: () => Promise<Result>,
): Promise<Result> {
  const { id, latest } = live
  const { machine } = live.opened ?? {}
  const hasHandlers = machines.some((one) => one.machine === machine && one.outputs !== undefined)
  if (!hasHandlers) return await act()
  const lease = await store.lease(id, { owner, ttl })
  try {
    if (lease !== undefined && lease.settled >= latest.position) return await act()
  } finally {
    await lease?.release()
  }
  const why = `outputs of the run ${id} have not settled, and it has no successor; try again later`
  throw new HostError('BUSY', why, { retryAfter: 1 })
}
