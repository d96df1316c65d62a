// A run whose machine does not run here: it shows what the server says, and nothing before.

import { defineMachine, type RunEvent } from '@xmachines/core'
import { snapshotLog } from '@xmachines/core/internal'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { RemoteRun } from './connected-run.ts'
import { type Connection, openConnection } from './connection.ts'
import { otherHistory } from './record-feed.ts'
import type { Requests } from './requests.ts'
import { connectedRun } from './run-of-connection.ts'
import { show, snapshotFeed } from './snapshot-feed.ts'

/** The name and version of a machine: `NAME@VERSION`, or an object that has both. */
export type MachineLabel = string | { readonly name: string; readonly version: string }

/** A remote run, and its connection. */
export interface OpenRemote {
  readonly run: RemoteRun<never, never>
  readonly connection: Connection
}

/** Connects to a run that is shown, and not run, here. */
export function openRemote(url: string, label: MachineLabel, snapshot: WireSnapshot, requests: Requests): OpenRemote {
  const [name = '', version = ''] = typeof label === 'string' ? label.split('@') : [label.name, label.version]
  // It takes any event, and leaves the state to the server.
  const machine = defineMachine<unknown, RunEvent>({ name, version, initial: null, transition: (state) => state })
  const log = snapshotLog(machine, snapshot)
  const connection = openConnection({ confirmed: log, requests, url, feedOf: snapshotFeed })
  const lacks = (): never => {
    throw new RangeError(`the history of a remote run is at its server: read ${url}/history`)
  }
  const own = {
    get genesis() {
      return lacks()
    },
    history: lacks,
    toJSON: lacks,
    advance(later: WireSnapshot) {
      if (later.run === snapshot.run) show(connection.ahead, later)
      else connection.close(otherHistory(url, `it was given a snapshot of the run ${later.run}`))
    },
  }
  const run = connectedRun(machine, connection, url, own, connection.ahead.confirmed)
  // What the server says of its state, and takes, is known to whoever connects.
  return { run: run as unknown as RemoteRun<never, never>, connection }
}
