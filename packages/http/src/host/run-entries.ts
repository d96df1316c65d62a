// The entries of runs in lists. An entry needs the state of its run: that of the open run if it is open, else its history is replayed
// once for each head.

import { type AnyMachine, restoreRun } from '@xmachines/core'
import { type ListedRun, type RunStore, type StoredRecord, storeErrorOf } from '@xmachines/core/store'
import type { RunEntry } from '../wire/run-entry.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { HostedMachine } from './hosted-machine.ts'
import type { LiveRun } from './live-run.ts'

/** What entries are made from. */
export interface RunEntriesPlan {
  readonly store: RunStore
  readonly machines: readonly HostedMachine[]
  readonly format: Parameters<typeof restoreRun>[2]
  /** The run with an id, if it is open. */
  readonly live: (id: string) => LiveRun | undefined
  readonly onError: (error: unknown, id: string) => void
}

/** Makes entries. */
export interface RunEntries {
  /**
   * The entry of a run that the store lists; undefined if its history cannot be replayed.
   * @throws {StoreError} `UNAVAILABLE`
   */
  entryOf(listed: ListedRun): Promise<RunEntry | undefined>
  /** The entry of a run from its snapshot. */
  entryFrom(machine: AnyMachine, snapshot: WireSnapshot): RunEntry
}

/** How many entries of runs that are not open are kept. */
const MOST_ENTRIES = 10_000

/** Makes the entries of a host's runs. */
export function runEntries({ store, machines, format, live, onError }: RunEntriesPlan): RunEntries {
  /** Entries by head. A head that cannot be replayed is not tried again. */
  const kept = new Map<string, Promise<RunEntry | undefined>>()
  const made = new WeakMap<WireSnapshot, RunEntry>()

  function entryFrom(machine: AnyMachine, snapshot: WireSnapshot): RunEntry {
    const found = made.get(snapshot)
    if (found !== undefined) return found
    const { run: id, head, sequence, status, state } = snapshot
    const summary = summaryOf(machine, snapshot)
    const more = { ...atOf(state), ...(summary !== undefined && { summary }) }
    const entry = Object.freeze({ id, machine: labelOf(machine), head, sequence, status, ...more })
    made.set(snapshot, entry)
    return entry
  }

  function summaryOf(machine: AnyMachine, { run, state }: WireSnapshot): unknown {
    try {
      // The function is given states of its own machine.
      return machines.find((one) => one.machine === machine)?.summary?.(state as never)
    } catch (thrown) {
      onError(thrown, run)
      return undefined
    }
  }

  async function replayed({ id, machine: { name, version } }: ListedRun): Promise<RunEntry | undefined> {
    try {
      const machine = machines.find((one) => one.machine.name === name && one.machine.version === version)?.machine
      if (machine === undefined) return undefined
      const records: StoredRecord[] = []
      const reader = store.read(id, { from: 0 }).getReader()
      for (let read = await reader.read(); !read.done; read = await reader.read()) records.push(read.value)
      const run = restoreRun(machine, records, format)
      const { head, position, snapshot } = run
      return entryFrom(machine, { run: id, head, position, ...snapshot.current })
    } catch (thrown) {
      if (storeErrorOf(thrown)?.code === 'UNAVAILABLE') throw thrown
      onError(thrown, id)
      return undefined
    }
  }

  return {
    entryFrom,
    async entryOf(listed) {
      const { id, head, sequence } = listed
      const open = live(id)
      const run = open?.opened
      if (open !== undefined && run !== undefined) {
        // If it cannot catch up, its history is replayed.
        if (open.latest.sequence < sequence) await run.catchUp().catch(() => undefined)
        if (open.latest.sequence >= sequence) return entryFrom(run.machine, open.latest)
      }
      let entry = kept.get(head)
      if (entry === undefined) {
        entry = replayed(listed)
        entry.catch(() => kept.delete(head))
      }
      // The entry that was used last is kept longest.
      kept.delete(head)
      kept.set(head, entry)
      if (kept.size > MOST_ENTRIES) kept.delete(kept.keys().next().value as string)
      return await entry
    },
  }
}

/** `NAME@VERSION`. */
export function labelOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`
}

/** The name of a state, if it has one. */
function atOf(state: unknown): { readonly at?: string } {
  if (typeof state !== 'object' || state === null || !('at' in state)) return {}
  return typeof state.at === 'string' ? { at: state.at } : {}
}
