// What comes in the place of a named run that no longer opens: a run of its migrated records, or a new one.

import { describeThrown, isA } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { labelOf, type Machine, type RunEvent } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { createRun } from '../run/create-run.ts'
import { forkRun } from '../run/fork-run.ts'
import { replayRun } from '../run/replay-run.ts'
import type { Run } from '../run/run.ts'
import type { OpenNamedOptions } from './open-named.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { storeErrorOf } from './store-error.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** A run in place of one that does not open. */
export interface Replacement<State, Event extends RunEvent, Output, Input> {
  readonly made: Run<State, Event, Output, Input>
  /** Why it is a new one. */
  readonly error?: Error
}

/** The run in place of one that no longer opens: from migrated records, or a new one. */
export async function replaceRun<State, Event extends RunEvent, Output, Input>(
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
  return { made: createRun(machine, options as never), error }

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

/** Whether a machine has changed, and the data has not. */
function isChanged(error: Error): boolean {
  if (!isA(error, RunError)) return false
  const { code, sequence } = error
  // The genesis holds the initial state of the machine.
  return code === 'MACHINE_MISMATCH' || code === 'REPLAY_FAILED' || (code === 'HISTORY_MISMATCH' && sequence === 0)
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
