// Times sides that do the same work, in turns: in each round every side once, in an order that alternates. Knows
// nothing about the work.

import { clock } from './clock.ts'
import { settle } from './heap.ts'

/** Something that is timed. */
export interface Side {
  readonly name: string
  /** How many events one turn of the loop is: 1 unless given. */
  readonly events?: number
  /** Makes what is timed, afresh for every round, outside the time. */
  start(): Trial
}

export interface Trial {
  run(times: number): void | Promise<void>
  /** How many events took effect since `start`: proves that the work was done. */
  count(): number
  /** Frees what would outlive the trial, outside the time. */
  end?(): void
}

/** The times of a side: nanoseconds for each event, round by round. */
export interface Timing {
  readonly name: string
  readonly rounds: readonly number[]
}

const ROUNDS = 15
const LEAST_MS = 60

/**
 * Times some sides.
 * @param sides each of them once
 * @returns their timings, in the same order
 * @throws {Error} if a side did not do all of its work
 */
export async function measure(sides: readonly Side[]): Promise<Timing[]> {
  const lanes = []
  for (const side of sides) lanes.push({ side, times: await calibrate(side), rounds: [] as number[] })
  for (let round = 0; round < ROUNDS; round++) {
    for (const { side, times, rounds } of round % 2 === 0 ? lanes : lanes.toReversed()) {
      rounds.push((await time(side, times)) * (1e6 / (times * (side.events ?? 1))))
    }
  }
  return lanes.map(({ side, rounds }) => ({ name: side.name, rounds }))
}

/**
 * Makes a side whose turns are so long that the call for each turn does not matter.
 * @param name of the side
 * @param events how many events one turn is
 * @param start makes what is timed, and returns a turn, which returns how many events it did
 */
export function longTurns(name: string, events: number, start: () => () => number): Side {
  return {
    name,
    events,
    start() {
      const turn = start()
      let done = 0
      return {
        run(times) {
          for (let index = 0; index < times; index++) done += turn()
        },
        count: () => done,
      }
    },
  }
}

/** Finds how many turns of the loop last long enough, and warms the side up meanwhile. */
async function calibrate(side: Side): Promise<number> {
  for (let times = 1; ; times *= 2) {
    const elapsed = await time(side, times)
    if (elapsed >= LEAST_MS) return Math.ceil((times * LEAST_MS) / elapsed)
  }
}

/** Milliseconds that a side takes, in a heap without anybody's garbage, and warm again after the collection. */
async function time(side: Side, times: number): Promise<number> {
  await settle()
  const trial = side.start()
  const warm = Math.ceil(times / 10)
  await trial.run(warm)
  const before = await clock()
  const running = trial.run(times)
  if (running !== undefined) await running
  const elapsed = (await clock()) - before
  const due = (warm + times) * (side.events ?? 1)
  const count = trial.count()
  if (count !== due) throw new Error(`${side.name} did ${count} of ${due} events`)
  trial.end?.()
  return elapsed
}

/** The median of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}
