// Lists of runs, a page at a time. The order is that of the ids, so that a run that is created or moves between two pages shifts
// no other one.

import type { AnyMachine } from '@xmachines/core'
import type { ListedRun, RunStore } from '@xmachines/core/store'
import type { RunEntry, RunPage } from '../wire/run-entry.ts'
import { HostError } from './host-error.ts'
import type { HostedMachine } from './hosted-machine.ts'
import { labelOf, type RunEntries } from './run-entries.ts'

/** Which runs. */
export interface RunFilter {
  /** `NAME`, or `NAME@VERSION` for one version. */
  readonly machine: string
  /** The name of the state that they are in. */
  readonly at?: string | undefined
}

/** A run, before anything is known of its state. */
export type RunOfMachine = Pick<RunEntry, 'id' | 'machine'>

/** Which page of a list. */
export interface RunQuery extends RunFilter {
  /** The `cursor` of the page before it. */
  readonly cursor?: string | undefined
  /** How many runs it has at most: 100 unless given. */
  readonly most?: number
  /** Says which runs may be seen, before their states are read. */
  readonly may?: (run: RunOfMachine) => boolean | Promise<boolean>
}

/** What lists are made from. */
export interface RunPagesPlan {
  readonly store: RunStore
  readonly machines: readonly HostedMachine[]
  readonly entries: RunEntries
}

/** How many runs are looked at for one page. */
const MOST_LOOKED_AT = 1000

/**
 * A page of a list.
 * @throws {HostError} `NOT_FOUND` if no such machine is served
 */
export async function runPage(
  { store, machines, entries }: RunPagesPlan,
  { machine, at, cursor = '', most = 100, may = () => true }: RunQuery,
): Promise<RunPage> {
  const all = await listed(store, served(machines, machine))
  const found = all.filter(({ id }) => id > cursor).toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const runs: RunEntry[] = []
  let last = cursor
  for (const run of found.slice(0, MOST_LOOKED_AT)) {
    if (runs.length === most) return { runs, cursor: last }
    last = run.id
    if (!(await may({ id: run.id, machine: labelOf(run.machine) }))) continue
    const entry = await entries.entryOf(run)
    if (entry !== undefined && (at === undefined || entry.at === at)) runs.push(entry)
  }
  return { runs, ...(found.length > MOST_LOOKED_AT && { cursor: last }) }
}

/**
 * The machines that a filter names.
 * @throws {HostError} `NOT_FOUND` if there are none
 */
export function served(machines: readonly HostedMachine[], machine: string): readonly [AnyMachine, ...AnyMachine[]] {
  const [first, ...others] = machines
    .map((one) => one.machine)
    .filter((one) => one.name === machine || labelOf(one) === machine)
  if (first !== undefined) return [first, ...others]
  throw new HostError('NOT_FOUND', 'there is no machine of this name and version here')
}

/** All runs of some machines of one name, as the store has them. Those that have successors are left out. */
export async function listed(
  store: RunStore,
  machines: readonly { readonly name: string; readonly version: string }[],
): Promise<ListedRun[]> {
  const [first, ...others] = machines
  if (first === undefined) return []
  const { name, version } = first
  const labels = new Set(machines.map(labelOf))
  const machine = { name, ...(others.length === 0 && { version }) }
  const found: ListedRun[] = []
  const reader = store.list({ machine }).getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const { machine: made, successor } = read.value
    if (successor === undefined && labels.has(labelOf(made))) found.push(read.value)
  }
  return found
}
