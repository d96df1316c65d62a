// The rows of `pnpm bench:stores` for one store: each measures the store beside the same work done bare.

import { createRun, defineMachine, type Machine, type Run, type RunDocument, restoreRun } from '@xmachines/core'
import { openShared, recordRun } from '@xmachines/core/store'
import type { Timing } from '../harness.ts'
import { playInTurns, type Scene } from '../rounds.ts'
import { type Bar, beside, type Line } from '../verdict.ts'
import type { Stage } from './stage.ts'

interface Inc {
  readonly type: 'INC'
  readonly by: number
  readonly note: string
}

type CounterRun = Run<number, Inc>

const counter: Machine<number, Inc> = defineMachine<number, Inc>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count, { by }) => count + by },
})

/** How many are appended in a round, one by one. */
const APPENDS = 60
const AT_ONCE = 64
const TIMES_AT_ONCE = 4
const LONG = 10_000
const FOLLOWED = 40
const MANY_RUNS = 10_000
const UNSETTLED = 100
const rounds = { counted: 9, warm: 2 }

/** What a store must reach. */
export interface Bars {
  /** One awaited append beside a bare one. */
  readonly append: number
}

/** The rows of one store, by name. */
export function rowsOf(name: string, open: () => Promise<Stage>, bars: Bars): Record<string, () => Promise<Line[]>> {
  let opened: Promise<Stage> | undefined
  const withStage = (row: string, measure: (stage: Stage) => Promise<Line[]>): [string, () => Promise<Line[]>] => [
    `${name} ${row}`,
    async () => measure(await (opened ??= open())),
  ]
  return Object.fromEntries([
    withStage('append', (stage) => append(`${name} append`, stage, bars)),
    withStage('open', (stage) => openLong(`${name} open`, stage)),
    withStage('follow', (stage) => follow(`${name} follow`, stage)),
    withStage('list', (stage) => list(`${name} list`, stage)),
    [
      `${name} end`,
      async () => {
        await (await opened)?.end()
        return []
      },
    ],
  ])
}

/** One by one, and many runs at once. */
async function append(row: string, stage: Stage, bars: Bars): Promise<Line[]> {
  const { store, bare } = stage
  const scenes: Scene<'append'>[] = [
    {
      name: 'one by one',
      async play() {
        const run = createRun(counter)
        const recorder = recordRun(run, store)
        await recorder.flush()
        return timeEach(APPENDS, async () => {
          send(run)
          await recorder.flush()
        })
      },
    },
    {
      name: bare.names.insert,
      async play() {
        const list = newList()
        const record = recordText()
        let sequence = 0
        return timeEach(APPENDS, () => bare.append(list, ++sequence, record))
      },
    },
    {
      name: `${AT_ONCE} at once`,
      async play() {
        const runs = Array.from({ length: AT_ONCE }, () => createRun(counter))
        const recorders = runs.map((run) => recordRun(run, store))
        await Promise.all(recorders.map((recorder) => recorder.flush()))
        const { append: took } = await timeEach(TIMES_AT_ONCE, async () => {
          runs.forEach(send)
          await Promise.all(recorders.map((recorder) => recorder.flush()))
        })
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
  const [one, insert, many, inserts] = timings as [Timing, Timing, Timing, Timing]
  return [
    beside(row, one, insert, { of: 'time', limit: bars.append }),
    beside(row, many, one, { of: 'speed', limit: 5 }),
    beside(row, many, inserts, { of: 'time' }),
  ]
}

/** Opens a long run. */
async function openLong(row: string, { store, bare }: Stage): Promise<Line[]> {
  const run = createRun(counter)
  for (let count = 0; count < LONG; count++) send(run)
  await recordRun(run, store).stop()
  const document = JSON.parse(JSON.stringify(run)) as RunDocument<Inc>
  const list = newList()
  for (const [sequence, record] of document.records.entries()) {
    await bare.append(list, sequence, JSON.stringify(record))
  }
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
            if ((await bare.readAll(list)).length !== LONG + 1) throw new Error('not all was selected')
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
  const bar: Bar = { of: 'time', limit: 1 }
  return [beside(row, own, least, bar), beside(row, own, select), beside(row, own, replay)]
}

/** From the call of an append to when another has the record. */
async function follow(row: string, { store, other, bare }: Stage): Promise<Line[]> {
  const { latency } = await playInTurns<'latency'>(
    [
      {
        name: 'follow',
        async play() {
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
        },
      },
      {
        name: bare.names.listen,
        async play() {
          const list = newList()
          const record = recordText()
          let wake = (): void => undefined
          const stop = await bare.listen(() => wake())
          let sequence = 0
          const once = async (): Promise<void> => {
            const heard = new Promise<void>((resolve) => {
              wake = resolve
            })
            await Promise.all([heard, bare.appendAndTell(list, ++sequence, record)])
          }
          await once()
          const { append: took } = await timeEach(FOLLOWED, once)
          await stop()
          return { latency: took }
        },
      },
    ],
    rounds,
  )
  const [own, peer] = latency as [Timing, Timing]
  return [beside(row, own, peer, { of: 'time' })]
}

/** Finds the few runs that have something to do. */
async function list(row: string, { store, bare, addRuns }: Stage): Promise<Line[]> {
  await addRuns(MANY_RUNS, UNSETTLED)
  const { list: timings } = await playInTurns<'list'>(
    [
      {
        name: `list, ${UNSETTLED} of ${MANY_RUNS}`,
        play: () =>
          timeOnce('list', async () => {
            let found = 0
            for await (const { settled, position } of store.list({ unsettled: true }))
              if (settled < position) found += 1
            if (found !== UNSETTLED) throw new Error(`${found} runs were listed`)
          }),
      },
      {
        name: bare.names.select,
        play: () =>
          timeOnce('list', async () => {
            const found = await bare.listUnsettled()
            if (found !== UNSETTLED) throw new Error(`${found} rows were selected`)
          }),
      },
    ],
    rounds,
  )
  const [own, peer] = timings as [Timing, Timing]
  return [beside(row, own, peer, { of: 'time' })]
}

function send(run: CounterRun): void {
  const { sequence } = run.snapshot.current
  const refusal = run.in.send({ type: 'INC', by: 1, note: `batch ${String(sequence + 1).padStart(16, '0')}` })
  if (refusal !== undefined) throw refusal
}

/** A record as ours keeps it. */
function recordText(): string {
  const run = createRun(counter)
  send(run)
  return JSON.stringify(run.toJSON().records[1])
}

let lists = 0

function newList(): string {
  return `list ${process.pid} ${++lists}`
}

async function timeEach(times: number, act: () => Promise<void>): Promise<{ append: number }> {
  const begun = performance.now()
  for (let count = 0; count < times; count++) await act()
  return { append: (performance.now() - begun) / times }
}

async function timeOnce<Figure extends string>(
  figure: Figure,
  act: () => Promise<void>,
): Promise<Record<Figure, number>> {
  const begun = performance.now()
  await act()
  return { [figure]: performance.now() - begun } as Record<Figure, number>
}
