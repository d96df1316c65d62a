// The run object of a connection: a run, with the members that it has because it is connected.

import type { Machine, Run, RunEvent } from '@xmachines/core'
import { type Log, oidAt, sequenceOf, tentativeRun } from '@xmachines/core/internal'
import type { Connected } from './connected-run.ts'
import type { Connection } from './connection.ts'

/**
 * The run of a connection.
 * @param own the members that only this kind of run has, or has in another way
 * @param shown the log that `snapshot` shows, if not the tentative one
 */
export function connectedRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  connection: Connection,
  url: string,
  own: object,
  shown?: Log,
): Run<State, Event, Output, Input> & Connected {
  const { ahead } = connection
  const { confirmed, tentative } = ahead
  const connected: Connected = {
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
      return oidAt(confirmed, sequenceOf(confirmed))
    },
    onChange: connection.onChange,
    flush: connection.flush,
    close: () => connection.close(),
  }
  const members = Object.defineProperties(connected, Object.getOwnPropertyDescriptors(own))
  return tentativeRun(machine, { confirmed, tentative, shown }, members)
}
