// Opens the run that has a name in a store, such as the draft of a form. A name that no run has gets a new one.

import { describeThrown, isA, wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { checkMachine, labelOf, type Machine, type RunEvent } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { createRun } from '../run/create-run.ts'
import { forkRun } from '../run/fork-run.ts'
import { type ReplayRunOptions, replayRun } from '../run/replay-run.ts'
import type { History } from '../run/restore-run.ts'
import { internalsOf, type Run } from '../run/run.ts'
import type { CreateRunOptions } from '../run/run-options.ts'
import { type OpenSharedOptions, openShared } from './open-shared.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { shareLog } from './shared-log.ts'
import { type SharedRun, sharedRun } from './shared-run.ts'
import { storeErrorOf } from './store-error.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

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
  if (id === undefined) return unkept({ store, key, machine, options }, undefined, { made: begin(machine, options) })
  try {
    const run = await openShared(store, id, machine, options)
    return { run, begin: () => Promise.resolve(run) }
  } catch (thrown) {
    if (!isBroken(thrown)) throw thrown
    return unkept({ store, key, machine, options }, id, await replace(store, id, machine, thrown, options))
  }
}

interface Named<State, Event extends RunEvent, Output, Input> {
  readonly store: RunStore
  readonly key: string
  readonly machine: Machine<State, Event, Output, Input>
  readonly options: OpenNamedOptions<Input, Event>
}

function begin<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  options: OpenNamedOptions<Input, Event>,
): Run<State, Event, Output, Input> {
  return createRun(machine, options as never)
}

/** A run in place of one that does not open. */
interface Replacement<State, Event extends RunEvent, Output, Input> {
  readonly made: Run<State, Event, Output, Input>
  /** Why it is a new one. */
  readonly error?: Error
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

/** Whether a machine has changed, and the data has not. */
function isChanged(error: Error): boolean {
  if (!isA(error, RunError)) return false
  const { code, sequence } = error
  // The genesis holds the initial state of the machine.
  return code === 'MACHINE_MISMATCH' || code === 'REPLAY_FAILED' || (code === 'HISTORY_MISMATCH' && sequence === 0)
}

/** The run in place of one that no longer opens: from migrated records, or a new one. */
async function replace<State, Event extends RunEvent, Output, Input>(
  store: RunStore,
  id: string,
  machine: Machine<State, Event, Output, Input>,
  error: Error,
  options: OpenNamedOptions<Input, Event>,
): Promise<Replacement<State, Event, Output, Input>> {
  const { migrate } = options
  let why = 'give migrate to take its events over'
  try {
    const run = await migrated()
    if (run !== undefined) {
      // The old run has this id.
      const made = run.id === id ? forkRun(run, run.snapshot.current.sequence) : run
      if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
        console.info(
          `The run ${id} does not open: ${error.message}. migrate took it over to ${labelOf(machine)}, as the run ${made.id}. ` +
            'The old run stays in the store.',
        )
      }
      return { made }
    }
  } catch (thrown) {
    why = `migrate failed: ${describeThrown(thrown)}`
  }
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    console.warn(
      `The run ${id} does not open: ${error.message}. It stays in the store, and a new run begins in its place; ${why}.`,
    )
  }
  return { made: begin(machine, options), error }

  async function migrated(): Promise<Run<State, Event, Output, Input> | undefined> {
    if (migrate === undefined) return undefined
    if (typeof migrate !== 'function') {
      why = 'its data is damaged: restore it from a copy, or give migrate as a function to use what can be read'
      return isChanged(error)
        ? replayRun(machine, await readWhatCanBe(store, id), { ...options, ...migrate })
        : undefined
    }
    why = 'migrate gave no records'
    // `null` is how many functions say that there is none.
    const records = (await migrate(await readWhatCanBe(store, id), error)) ?? undefined
    return records === undefined ? undefined : replayRun(machine, records, options)
  }
}

async function readWhatCanBe(store: RunStore, id: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []
  const reader = store.read(id, { from: 0 }).getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) records.push(read.value)
  } catch (thrown) {
    if (storeErrorOf(thrown) === undefined) throw thrown
  }
  return records
}
