// The lists of a host: one for each machine that somebody follows, and pages for those who ask once.

import type { AnyMachine } from '@xmachines/core'
import type { RunPage } from '../wire/run-entry.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { type RunEntriesPlan, runEntries } from './run-entries.ts'
import { type KeptList, type RunList, type RunListPlan, runList } from './run-list.ts'
import { type RunQuery, runPage, served } from './run-pages.ts'

/** What lists are made from. */
export interface RunListsPlan extends RunEntriesPlan, Pick<RunListPlan, 'listMs' | 'maxListed'> {}

/** The lists of a host. */
export interface RunLists {
  page(query: RunQuery): Promise<RunPage>
  /** Follows all versions of a machine, if the one is served that is named. */
  follow(machine: string): Promise<RunList>
  /** A run has changed. Its snapshot is asked for only if somebody follows the list. */
  changed(machine: AnyMachine, snapshot: () => WireSnapshot): void
  /** Another run has taken the place of a run. */
  dropped(machine: AnyMachine, id: string): void
  close(): void
}

/** The lists of a host. None is followed yet. */
export function runLists(plan: RunListsPlan): RunLists {
  const { store, machines, onError } = plan
  const entries = runEntries(plan)
  const lists = new Map<string, KeptList>()

  return {
    page: (query) => runPage({ store, machines, entries }, query),
    async follow(machine) {
      const [{ name }] = served(machines, machine)
      let list = lists.get(name)
      if (list === undefined) {
        const all = served(machines, name)
        list = runList({ ...plan, machines: all, entries, onError: (error) => onError(error, '') })
        lists.set(name, list)
      }
      return await list.hold()
    },
    changed(machine, snapshot) {
      lists.get(machine.name)?.take(() => entries.entryFrom(machine, snapshot()))
    },
    dropped(machine, id) {
      lists.get(machine.name)?.drop(id)
    },
    close() {
      for (const list of lists.values()) list.close()
    },
  }
}
