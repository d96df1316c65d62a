// Opens the run that has a name in a store, such as the draft of a form. A name that no run has gets a new one.

import { describeThrown, isA } from '../data/describe-value.ts'
import { checkMachine, type Machine, type RunEvent } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { createRun } from '../run/create-run.ts'
import { forkRun } from '../run/fork-run.ts'
import { replayRun } from '../run/replay-run.ts'
import { internalsOf, type Run } from '../run/run.ts'
import type { CreateRunOptions } from '../run/run-options.ts'
import { type OpenSharedOptions, openShared } from './open-shared.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { shareLog } from './shared-log.ts'
import { type SharedRun, sharedRun } from './shared-run.ts'
import { StoreError, storeErrorOf } from './store-error.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What becomes of a run that no longer opens. */
export interface MigrateOptions {
  /**
   * Gives records that the machine replays, made from those that were kept; or undefined, to begin anew. The old run stays in the
   * store, under its id.
   * @param records what could be read
   * @param error why it does not open
   */
  readonly migrate?: (
    records: readonly StoredRecord[],
    error: Error,
  ) => Iterable<StoredRecord> | undefined | Promise<Iterable<StoredRecord> | undefined>
}

/** How a named run is opened, and how a new one begins. */
export type OpenNamedOptions<Input> = CreateRunOptions<Input> & OpenSharedOptions & MigrateOptions

/** The run of a name, which may not be in the store yet. */
export interface NamedRun<State, Event extends RunEvent, Output, Input> {
  readonly run: SharedRun<State, Event, Output, Input>
  /**
   * Keeps the run under its name if it is new. Call it before the run is used for long: until then it is only in memory.
   * @returns the run that has the name: this one; or that of another writer who was first, with what was sent to this one
   */
  begin(): Promise<SharedRun<State, Event, Output, Input>>
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
  options: OpenNamedOptions<NoInfer<Input>>,
): Promise<NamedRun<State, Event, Output, Input>> {
  checkMachine(machine)
  const id = await store.name(key)
  if (id === undefined) return unkept({ store, key, machine, options }, undefined, begin(machine, options))
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
  readonly options: OpenNamedOptions<Input>
}

function begin<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  options: OpenNamedOptions<Input>,
): Run<State, Event, Output, Input> {
  return createRun(machine, options as never)
}

/** A run that is only in memory. */
function unkept<State, Event extends RunEvent, Output, Input>(
  { store, key, machine, options }: Named<State, Event, Output, Input>,
  replaced: string | undefined,
  made: Run<State, Event, Output, Input>,
): NamedRun<State, Event, Output, Input> {
  const shared = shareLog(store, internalsOf(made).log, true)
  const run = sharedRun(machine, store, shared)
  let begun: Promise<SharedRun<State, Event, Output, Input>> | undefined

  async function keep(): Promise<SharedRun<State, Event, Output, Input>> {
    if (await shared.begin(() => store.rename(key, replaced, run.id))) return run
    // Another writer named its run first. What was sent to this one goes there.
    run.close()
    const { run: winner } = await openNamed(store, key, machine, options)
    for (const batch of shared.batches()) winner.in.send(batch as Event | readonly Event[])
    return winner
  }

  return { run, begin: () => (begun ??= keep()) }
}

/** Whether a run cannot be opened because of what is kept, and not because of the store. */
function isBroken(thrown: unknown): thrown is Error {
  const refusal = storeErrorOf(thrown)
  return isA(thrown, RunError) || refusal?.code === 'CORRUPT' || refusal?.code === 'MISSING'
}

/** The run in place of one that no longer opens: from migrated records, or a new one. */
async function replace<State, Event extends RunEvent, Output, Input>(
  store: RunStore,
  id: string,
  machine: Machine<State, Event, Output, Input>,
  error: Error,
  options: OpenNamedOptions<Input>,
): Promise<Run<State, Event, Output, Input>> {
  const records = await readWhatCanBe(store, id)
  let why = options.migrate === undefined ? 'give migrate to take its events over' : 'migrate gave no records'
  try {
    const migrated = await options.migrate?.(records, error)
    if (migrated !== undefined) {
      const run = replayRun(machine, migrated as never, options)
      // The old run has this id.
      return run.id === id ? forkRun(run, run.snapshot.current.sequence) : run
    }
  } catch (thrown) {
    why = `migrate failed: ${describeThrown(thrown)}`
  }
  if (process.env.NODE_ENV !== 'production') {
    console.warn(
      `The run ${id} does not open: ${error.message}. It stays in the store, and a new run begins in its place; ${why}.`,
    )
  }
  return begin(machine, options)
}

async function readWhatCanBe(store: RunStore, id: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []
  const reader = store.read(id, { from: 0 }).getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) records.push(read.value)
  } catch (thrown) {
    if (!(storeErrorOf(thrown) instanceof StoreError)) throw thrown
  }
  return records
}
