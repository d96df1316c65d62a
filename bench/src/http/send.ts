// `send` of a connected run beside that of a local one. The server does not answer, so only what the call itself does is timed.

import { createRun } from '@xmachines/core'
import { connectRun } from '@xmachines/http'
import { measure, type Side, type Timing } from '../harness.ts'
import { alone, type Line, middleOf } from '../verdict.ts'
import { counter } from './counter.ts'

const MOST_NANOSECONDS = 5000

const local: Side = {
  name: 'local send',
  start() {
    const run = createRun(counter)
    const { send } = run.in
    return {
      run(times) {
        for (let count = 0; count < times; count++) send({ type: 'INC', by: 1 })
      },
      count: () => run.state.count,
    }
  },
}

const connected: Side = {
  name: 'connected send',
  start() {
    const run = connectRun('http://localhost/r/1', counter, {
      history: createRun(counter).toJSON(),
      fetch: () => new Promise(() => undefined),
    })
    const { send } = run.in
    return {
      run(times) {
        for (let count = 0; count < times; count++) send({ type: 'INC', by: 1 })
      },
      count: () => run.state.count,
      end: run.close,
    }
  },
}

/** The row. */
export async function sendRow(): Promise<Line[]> {
  const [ours, peer] = (await measure([connected, local])) as [Timing, Timing]
  const more = { name: 'connected beyond local', value: middleOf(ours).value - middleOf(peer).value }
  return [alone('send', 'ns', more, middleOf(peer), MOST_NANOSECONDS, '5 µs more')]
}
