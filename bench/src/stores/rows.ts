// The rows of `pnpm bench:stores` for one store: each measures the store beside the same work done bare.

import { createRun, type RunDocument, restoreRun } from '@xmachines/core'
import { openShared, type RunStore, recordRun } from '@xmachines/core/store'
import type { Timing } from '../harness.ts'
import { playInTurns, type Rounds, type Scene } from '../rounds.ts'
import { type Bar, beside, type Line } from '../verdict.ts'
import { counter, type Inc, recordText, send, timeEach } from './counter.ts'
import type { Stage } from './stage.ts'
import { timeInTurns } from './turns.ts'

const AT_ONCE = 64
const TIMES_AT_ONCE = 3
const LONG = 10_000
const FOLLOWED = 40
const MANY_RUNS = 10_000
const UNSETTLED = 100

/** What a store must reach. */
export interface Bars {
  /** One awaited append: at most so many times as long as a bare one. */
  readonly append?: number
  /** Appends to many runs at once: at least so many times as fast as one by one. */
  readonly atOnce?: number
  /** Opening a long run: at most so many times as long as twice a bare select and the replay. */
  readonly open?: number
}

/** How often each side plays: 25 times for appends and 9 for the rest, unless a store is slow. */
export interface Patience {
  readonly appends: number
  readonly others: number
}

/** What is measured of each store, in this order. */
export const ROWS = ['append', 'open', 'follow', 'list'] as const

/** The rows of one store, by name, and what ends it after them. */
export interface StoreRows {
  readonly rows: Readonly<Record<string, () => Promise<Line[]>>>
  end(): Promise<void>
}

/** The rows of a store. It is opened for the first of them that is measured. */
export function rowsOf(
  name: string,
  open: () => Promise<Stage>,
  bars: Bars,
  { appends, others }: Patience = { appends: 25, others: 9 },
): StoreRows {
  let opened: Promise<Stage> | undefined
  const measures = { append, open: openLong, follow, list }
  const roundsOf = (row: keyof typeof measures): Rounds => ({ counted: row === 'append' ? appends : others, warm: 2 })
  return {
    rows: Object.fromEntries(
      ROWS.map((row) => [
        `${name} ${row}`,
        async () => measures[row](`${name} ${row}`, await (opened ??= open()), roundsOf(row), bars),
      ]),
    ),
    async end() {
      await (await opened)?.end()
    },
  }
}

/** One by one, and many runs at once. */
async function append(row: string, stage: Stage, rounds: Rounds, bars: Bars): Promise<Line[]> {
  const { store, bare } = stage
  const alone = createRun(counter)
  const recorder = recordRun(alone, store)
  await recorder.flush()
  const [ownList, record] = [newList(), recordText()]
  let appended = 0
  const [one, insert] = (await timeInTurns(
    [
      {
        name: 'one by one',
        async act() {
          send(alone)
          await recorder.flush()
        },
      },
      { name: bare.names.insert, act: () => bare.append(ownList, ++appended, record) },
    ],
    rounds.counted,
  )) as [Timing, Timing]
  const scenes: Scene<'append'>[] = [
    {
      name: `${AT_ONCE} at once`,
      async play() {
        const runs = Array.from({ length: AT_ONCE }, () => createRun(counter))
        const recorders = runs.map((run) => recordRun(run, store))
        await Promise.all(recorders.map((recorder) => recorder.flush()))
        const once = async (): Promise<void> => {
          runs.forEach(send)
          await Promise.all(recorders.map((recorder) => recorder.flush()))
        }
        // The first one makes the ports of the runs.
        await once()
        const { append: took } = await timeEach(TIMES_AT_ONCE, once)
        return { append: took / AT_ONCE }
      },
    },
    {
      name: `${AT_ONCE} × ${bare.names.insert}`,
      async play() {
        const lists = Array.from({ length: AT_ONCE }, newList)
        const record = recordText()
        let sequence = 0
        const { append: took } = await timeEach(TIMES_AT_ONCE, async () => {
          sequence += 1
          await Promise.all(lists.map((list) => bare.append(list, sequence, record)))
        })
        return { append: took / AT_ONCE }
      },
    },
  ]
  const { append: timings } = await playInTurns(scenes, rounds)
  const [many, inserts] = timings as [Timing, Timing]
  return [
    beside(row, one, insert, { of: 'time', ...(bars.append !== undefined && { limit: bars.append }) }),
    beside(row, many, one, { of: 'speed', ...(bars.atOnce !== undefined && { limit: bars.atOnce }) }),
    beside(row, many, inserts, { of: 'time' }),
  ]
}

/** Opens a long run. */
async function openLong(row: string, { store, bare }: Stage, rounds: Rounds, bars: Bars): Promise<Line[]> {
  const run = createRun(counter)
  for (let count = 0; count < LONG; count++) send(run)
  await recordRun(run, store).stop()
  const document = JSON.parse(JSON.stringify(run)) as RunDocument<Inc>
  const list = newList()
  await bare.appendAll(
    list,
    document.records.map((record) => JSON.stringify(record)),
  )
  const { open } = await playInTurns<'open'>(
    [
      {
        name: `openShared, ${LONG} batches`,
        play: () =>
          timeOnce('open', async () => {
            const opened = await openShared(store, run.id, counter)
            if (opened.head !== run.head) throw new Error('another run was opened')
            opened.close()
          }),
      },
      {
        name: bare.names.select,
        play: () =>
          timeOnce('open', async () => {
            if ((await bare.readAll(list)) !== LONG + 1) throw new Error('not all was selected')
          }),
      },
      {
        name: 'replay',
        play: () =>
          timeOnce('open', async () => {
            if (restoreRun(counter, document).head !== run.head) throw new Error('another run was replayed')
          }),
      },
    ],
    rounds,
  )
  const [own, select, replay] = open as [Timing, Timing, Timing]
  const least: Timing = {
    name: `2 × ${bare.names.select} + replay`,
    rounds: select.rounds.map((took, at) => 2 * took + (replay.rounds[at] ?? 0)),
  }
  const bar: Bar = { of: 'time', ...(bars.open !== undefined && { limit: bars.open }) }
  return [beside(row, own, least, bar), beside(row, own, select), beside(row, own, replay)]
}

/** From the call of an append to when another has the record. */
async function follow(row: string, { store, other, bare }: Stage, rounds: Rounds): Promise<Line[]> {
  const scenes: Scene<'latency'>[] = [{ name: 'follow', play: () => playFollow(store, other) }]
  const { names, listen, appendAndTell } = bare
  if (listen !== undefined && appendAndTell !== undefined) {
    scenes.push({
      name: names.listen ?? '',
      async play() {
        const list = newList()
        const record = recordText()
        let wake = (): void => undefined
        const stop = await listen(() => wake())
        let sequence = 0
        const once = async (): Promise<void> => {
          const heard = new Promise<void>((resolve) => {
            wake = resolve
          })
          await Promise.all([heard, appendAndTell(list, ++sequence, record)])
        }
        await once()
        const { append: took } = await timeEach(FOLLOWED, once)
        await stop()
        return { latency: took }
      },
    })
  }
  const { latency } = await playInTurns(scenes, rounds)
  return withPeer(row, latency)
}

async function playFollow(store: RunStore, other: RunStore): Promise<{ latency: number }> {
  const run = createRun(counter)
  const recorder = recordRun(run, store)
  await recorder.flush()
  const controller = new AbortController()
  const reader = other.follow(run.id, { from: 0, signal: controller.signal }).getReader()
  await reader.read()
  // The first one shows that it listens.
  const once = async (): Promise<void> => {
    const read = reader.read()
    send(run)
    await Promise.all([read, recorder.flush()])
  }
  await once()
  const { append: took } = await timeEach(FOLLOWED, once)
  controller.abort()
  return { latency: took }
}

/** Finds the few runs that have something to do. */
async function list(row: string, { store, bare, addRuns }: Stage, rounds: Rounds): Promise<Line[]> {
  await addRuns(MANY_RUNS, UNSETTLED)
  const { names, listUnsettled } = bare
  const scenes: Scene<'list'>[] = [
    {
      name: `list, ${UNSETTLED} of ${MANY_RUNS}`,
      play: () =>
        timeOnce('list', async () => {
          let found = 0
          const reader = store.list({ unsettled: true }).getReader()
          for (let read = await reader.read(); !read.done; read = await reader.read()) {
            if (read.value.settled < read.value.position) found += 1
          }
          if (found !== UNSETTLED) throw new Error(`${found} runs were listed`)
        }),
    },
  ]
  if (listUnsettled !== undefined) {
    scenes.push({
      name: names.list ?? names.select,
      play: () =>
        timeOnce('list', async () => {
          const found = await listUnsettled()
          if (found !== UNSETTLED) throw new Error(`${found} were selected`)
        }),
    })
  }
  const { list: timings } = await playInTurns(scenes, rounds)
  return withPeer(row, timings)
}

/** For information. A figure without a peer stands beside itself. */
function withPeer(row: string, [own, peer]: readonly Timing[]): Line[] {
  return [beside(row, own as Timing, peer ?? { ...(own as Timing), name: 'no bare peer' }, { of: 'time' })]
}

/** Lists of an earlier run of this program may still be there. */
const run = crypto.randomUUID().slice(0, 8)
let lists = 0

function newList(): string {
  return `list-${run}-${++lists}`
}

async function timeOnce<Figure extends string>(
  figure: Figure,
  act: () => Promise<void>,
): Promise<Record<Figure, number>> {
  const begun = performance.now()
  await act()
  return { [figure]: performance.now() - begun } as Record<Figure, number>
}
