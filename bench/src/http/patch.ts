// PATCH beside a server that inserts into SQLite, and beside one that gives the body back: one by one and many at once, to one run
// and to a hundred.

import type { Timing } from '../harness.ts'
import { playInTurns, type Scene } from '../rounds.ts'
import { beside, type Line } from '../verdict.ts'
import { ask, openEcho, openOurs, openSqlite, type Stage } from './servers.ts'

const ONE_BY_ONE = 40
const AT_ONCE = 64
const TIMES_AT_ONCE = 8
const RUNS = 100
const EVENT = JSON.stringify({ type: 'INC', by: 1 })
const rounds = { counted: 9, warm: 2 }

type How = 'one' | 'many' | 'spread'

/** The rows. */
export async function patchRow(): Promise<Line[]> {
  const [ours, sqlite, echo] = await Promise.all([openOurs(), openSqlite(), openEcho()])
  const paths: string[] = []
  for (let count = 0; count < RUNS; count++) {
    const { run } = JSON.parse(await ask(ours.port, 'POST', '/m/counter@1')) as { run: string }
    paths.push(`/r/${run}`)
  }
  const scenes: Scene<How>[] = [
    scene('PATCH over Git', ours, paths),
    scene('node:http and an insert into SQLite', sqlite, paths),
    scene('node:http that echoes', echo, paths),
  ]
  const { one, many, spread } = await playInTurns<How>(scenes, rounds)
  await Promise.all([ours.end(), sqlite.end(), echo.end()])
  return [
    ...lines('patch, one by one', one),
    ...lines(`patch, ${AT_ONCE} at once, one run`, many, 2),
    ...lines(`patch, ${RUNS} at once, ${RUNS} runs`, spread),
  ]
}

function lines(row: string, [ours, sqlite, echo]: readonly Timing[], least?: number): Line[] {
  return [
    beside(
      row,
      ours as Timing,
      sqlite as Timing,
      least === undefined ? { of: 'speed' } : { of: 'speed', limit: least },
    ),
    beside(row, ours as Timing, echo as Timing),
  ]
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
