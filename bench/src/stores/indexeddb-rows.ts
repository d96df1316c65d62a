// Runs in a page: the rows of the store in IndexedDB, and those about the length of a history.

import { createRun, type Run } from '@xmachines/core'
import { openShared, recordRun, type SharedRun } from '@xmachines/core/store'
import { indexedDbStore } from '@xmachines/indexeddb'
import type { Timing } from '../harness.ts'
import { beside, type Line } from '../verdict.ts'
import { counter, type Inc, recordText, send } from './counter.ts'
import { openBare, openIndexedDb } from './indexeddb-stage.ts'
import { rowsOf } from './rows.ts'
import { timeInTurns } from './turns.ts'

const SHORT = 10
const LONG = 100_000
/** The bar of one awaited append beside a bare put. */
const MOST = 1.5
const ROUNDS = 25

const strict = rowsOf('indexeddb', () => openIndexedDb('strict'), { append: MOST, open: 1 })
const relaxed = rowsOf('indexeddb relaxed', () => openIndexedDb('relaxed'), { append: MOST })
const rows: Readonly<Record<string, () => Promise<Line[]>>> = {
  ...strict.rows,
  'indexeddb relaxed append': relaxed.rows['indexeddb relaxed append'] as () => Promise<Line[]>,
  'indexeddb history': saveOneMore,
}

/** Measures one row. */
export async function measure(name: string): Promise<Line[]> {
  return (await rows[name]?.()) ?? []
}

/** Saves one more event of a run that tabs share, after a short history and after a long one. */
async function saveOneMore(): Promise<Line[]> {
  const row = 'indexeddb history'
  const name = 'bench history'
  const store = indexedDbStore({ name })
  const [short, long] = [await shared(SHORT), await shared(LONG)]
  const bare = await openBare(`${name} bare`, 'strict')
  const record: unknown = JSON.parse(recordText())
  let sequence = 0
  const [few, many, put] = (await timeInTurns(
    [
      { name: `after ${SHORT} events`, act: () => saved(short.run) },
      { name: `after ${LONG} events`, act: () => saved(long.run) },
      { name: 'bare put', act: () => bare.put('list', ++sequence, [record]) },
    ],
    ROUNDS,
  )) as [Timing, Timing, Timing]
  for (const { run } of [short, long]) run.close()
  store.close()
  bare.close()
  return [
    beside(row, few, put, { of: 'time', limit: MOST }),
    beside(row, many, put, { of: 'time', limit: MOST }),
    // Nothing that grows with the history is done, so what differs is noise.
    beside(row, many, few, { of: 'time', limit: 1.2 }),
    beside(row, many, stringified(LONG, long.made), { of: 'time' }),
  ]

  async function shared(count: number): Promise<{ run: SharedRun<number, Inc>; made: Run<number, Inc> }> {
    const made = createRun(counter)
    for (let at = 0; at < count; at++) send(made)
    await recordRun(made, store).stop()
    return { run: await openShared(store, made.id, counter), made }
  }

  async function saved(run: SharedRun<number, Inc>): Promise<void> {
    send(run)
    await run.flush()
  }
}

/** What a page does that keeps its whole history in `localStorage`, without the keeping. */
function stringified(count: number, run: Run<number, Inc>): Timing {
  const { records } = run.toJSON()
  const rounds = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now()
    const { length } = JSON.stringify(records)
    const took = performance.now() - begun
    if (length < records.length) throw new Error('not all was written')
    return took * 1e6
  })
  return { name: `JSON.stringify of ${count} events`, rounds }
}
