// PATCH beside a server that inserts into SQLite, and beside one that gives the body back: one by one and many at once, to one run
// and to a hundred.

import type { Timing } from '../harness.ts'
import { playInTurns, type Scene } from '../rounds.ts'
import { beside, type Line } from '../verdict.ts'
import { ask, type Kept, openEcho, openOurs, openSqlite, type Stage } from './servers.ts'

const ONE_BY_ONE = 40
const AT_ONCE = 64
const TIMES_AT_ONCE = 8
const RUNS = 100
const EVENT = JSON.stringify({ type: 'INC', by: 1 })
const stores: readonly Kept[] = ['Git', 'Postgres', 'memory']
const rounds = { counted: 9, warm: 2 }

type How = 'one' | 'many' | 'spread'

/** The rows. */
export async function patchRow(): Promise<Line[]> {
  const ours = await Promise.all(stores.map(async (kept) => ({ kept, stage: await openOurs(kept) })))
  const [sqlite, echo] = await Promise.all([openSqlite(), openEcho()])
  const scenes: Scene<How>[] = []
  for (const { kept, stage } of ours) scenes.push(scene(`PATCH over ${kept}`, stage, await createRuns(stage)))
  const bare = Array.from({ length: RUNS }, (_, at) => `/r/${at}`)
  scenes.push(scene('node:http and an insert into SQLite', sqlite, bare), scene('node:http that echoes', echo, bare))
  const { one, many, spread } = await playInTurns<How>(scenes, rounds)
  for (const { end } of [...ours.map(({ stage }) => stage), sqlite, echo]) await end()
  return [
    ...lines('patch, one by one', one),
    ...lines(`patch, ${AT_ONCE} at once, one run`, many, 2),
    ...lines(`patch, ${RUNS} at once, ${RUNS} runs`, spread),
  ]
}

async function createRuns({ port }: Stage): Promise<string[]> {
  const paths: string[] = []
  for (let count = 0; count < RUNS; count++) {
    const { run } = JSON.parse(await ask(port, 'POST', '/m/counter@1')) as { run: string }
    paths.push(`/r/${run}`)
  }
  return paths
}

/** Each of ours beside both peers. Only the one over Git has a bar. */
function lines(row: string, timings: readonly Timing[], least?: number): Line[] {
  const [sqlite, echo] = timings.slice(-2) as [Timing, Timing]
  return stores.flatMap((kept, at) => {
    const own = timings[at] as Timing
    const limit = kept === 'Git' ? least : undefined
    return [
      beside(row, own, sqlite, limit === undefined ? { of: 'speed' } : { of: 'speed', limit }),
      beside(row, own, echo),
    ]
  })
}

function scene(name: string, { port }: Stage, paths: readonly string[]): Scene<How> {
  const patch = (path: string | undefined): Promise<string> => ask(port, 'PATCH', path ?? '', EVENT)
  return {
    name,
    async play() {
      const one = await timeEach(ONE_BY_ONE, () => patch(paths[0]))
      const many = await timeEach(TIMES_AT_ONCE, () =>
        Promise.all(Array.from({ length: AT_ONCE }, () => patch(paths[0]))),
      )
      const spread = await timeEach(TIMES_AT_ONCE, () => Promise.all(paths.map(patch)))
      return { one, many: many / AT_ONCE, spread: spread / RUNS }
    },
  }
}

/** Milliseconds of one of several that follow each other. */
async function timeEach(times: number, act: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  for (let count = 0; count < times; count++) await act()
  return (performance.now() - begin) / times
}
