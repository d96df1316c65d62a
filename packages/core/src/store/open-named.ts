// Opens the run that has a name in a store, such as the draft of a form. A name that no run has gets a new one.

import { isA, wrongValue } from '../data/describe-value.ts'
import { checkMachine, type Machine, type RunEvent } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { createRun } from '../run/create-run.ts'
import type { ReplayRunOptions } from '../run/replay-run.ts'
import type { History } from '../run/restore-run.ts'
import { internalsOf } from '../run/run.ts'
import type { CreateRunOptions } from '../run/run-options.ts'
import { type OpenSharedOptions, openShared } from './open-shared.ts'
import type { Replacement } from './replace-run.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { shareLog } from './shared-log.ts'
import { type SharedRun, sharedRun } from './shared-run.ts'
import { storeErrorOf } from './store-error.ts'

/** Gives the records that a changed machine replays, or undefined, to begin anew. */
export type Migrate = (
  records: readonly StoredRecord[],
  error: Error,
) => History | undefined | Promise<History | undefined>

/** What becomes of a run that no longer opens. */
export interface MigrateOptions<Event extends RunEvent = RunEvent> {
  /**
   * How the events of an earlier machine become those of this one, as for `replayRun`; or a function that gets the records that
   * can be read, and why they do not open, and gives what the machine replays. If the function gives undefined, or the data is
   * damaged and this is no function, a new run begins. The old run stays in the store, under its id.
   */
  readonly migrate?: Pick<ReplayRunOptions<Event>, 'rename' | 'onUnhandled'> | Migrate
}

/** How a named run is opened, and how a new one begins. */
export type OpenNamedOptions<Input, Event extends RunEvent = RunEvent> = CreateRunOptions<Input> &
  OpenSharedOptions &
  MigrateOptions<Event>

/** The run of a name, which may not be in the store yet. */
export interface NamedRun<State, Event extends RunEvent, Output, Input> {
  readonly run: SharedRun<State, Event, Output, Input>
  /**
   * Keeps the run under its name if it is new. Call it before the run is used for long: until then it is only in memory.
   * @returns the run that has the name: this one; or that of another writer who was first, with what was sent to this one
   */
  begin(): Promise<SharedRun<State, Event, Output, Input>>
  /** The run that had the name, if it did not open and a new one begins in its place. It stays in the store. */
  readonly setAside?: { readonly id: string; readonly error: Error } | undefined
}

/**
 * Opens the run of a name. Nothing is written until `begin`.
 *
 * @param store where it is kept
 * @param key the name
 * @param machine the machine of the run
 * @param options input for a new run, and what becomes of one that no longer opens
 * @returns the run
 * @throws {TypeError} if an argument has the wrong type
 * @throws {StoreError} `UNAVAILABLE` if the store cannot be read
 */
export async function openNamed<State, Event extends RunEvent, Output, Input>(
  store: RunStore,
  key: string,
  machine: Machine<State, Event, Output, Input>,
  options: OpenNamedOptions<NoInfer<Input>, NoInfer<Event>>,
): Promise<NamedRun<State, Event, Output, Input>> {
  checkMachine(machine)
  const { migrate } = options
  if (migrate !== undefined && typeof migrate !== 'function' && (typeof migrate !== 'object' || migrate === null)) {
    throw new TypeError(wrongValue('migrate', migrate, 'an object with rename or onUnhandled, or a function'))
  }
  const id = await store.name(key)
  if (id === undefined)
    return unkept({ store, key, machine, options }, undefined, { made: createRun(machine, options as never) })
  try {
    const run = await openShared(store, id, machine, options)
    return { run, begin: () => Promise.resolve(run) }
  } catch (thrown) {
    if (!isBroken(thrown)) throw thrown
    // It happens seldom, so a page loads this when it does.
    const { replaceRun } = await import('./replace-run.ts')
    return unkept({ store, key, machine, options }, id, await replaceRun(store, id, machine, thrown, options))
  }
}

interface Named<State, Event extends RunEvent, Output, Input> {
  readonly store: RunStore
  readonly key: string
  readonly machine: Machine<State, Event, Output, Input>
  readonly options: OpenNamedOptions<Input, Event>
}

/** A run that is only in memory. */
function unkept<State, Event extends RunEvent, Output, Input>(
  { store, key, machine, options }: Named<State, Event, Output, Input>,
  replaced: string | undefined,
  { made, error }: Replacement<State, Event, Output, Input>,
): NamedRun<State, Event, Output, Input> {
  const shared = shareLog(store, internalsOf(made).log, { isNew: true })
  const { start } = made
  const run = sharedRun(machine, store, shared, start)
  let begun: Promise<SharedRun<State, Event, Output, Input>> | undefined

  async function keep(): Promise<SharedRun<State, Event, Output, Input>> {
    const takeName = (): Promise<boolean> => store.rename(key, replaced, run.id)
    try {
      if (await shared.begin(start, takeName)) return run
    } catch (thrown) {
      if (storeErrorOf(thrown)?.code !== 'MOVED') throw thrown
      // Another writer migrated the same records, which gives the same run. It may be gone before it named it.
      await takeName()
    }
    // Another writer named its run first. What was sent to this one goes there.
    run.close()
    const { run: winner } = await openNamed(store, key, machine, options)
    for (const batch of shared.batches()) winner.in.send(batch as Event | readonly Event[])
    return winner
  }

  return {
    run,
    begin() {
      begun ??= keep().catch((thrown: unknown) => {
        // It can be tried again.
        begun = undefined
        throw thrown
      })
      return begun
    },
    setAside: replaced === undefined || error === undefined ? undefined : { id: replaced, error },
  }
}

/** Whether a run cannot be opened because of what is kept, and not because of the store. */
function isBroken(thrown: unknown): thrown is Error {
  const refusal = storeErrorOf(thrown)
  // A history in another object format is refused with a RangeError.
  return isA(thrown, RunError) || isA(thrown, RangeError) || refusal?.code === 'CORRUPT' || refusal?.code === 'MISSING'
}
