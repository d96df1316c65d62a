// The members that a run has because it is connected.

import { oidAt, sequenceOf } from '@xmachines/core/internal'
import type { Connected } from './connected-run.ts'
import type { Connection } from './connection.ts'

/** The members of a connection. */
export function connectedMembers(connection: Connection, url: string): Connected {
  const { ahead } = connection
  return {
    url,
    get pending() {
      return ahead.pending.length
    },
    get connection() {
      return connection.state
    },
    get problem() {
      return connection.problem
    },
    get isClosed() {
      return connection.isClosed
    },
    get confirmedHead() {
      return oidAt(ahead.confirmed, sequenceOf(ahead.confirmed))
    },
    onChange: connection.onChange,
    flush: connection.flush,
    close: () => connection.close(),
  }
}
