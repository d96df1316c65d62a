// Times acts of a millisecond in turns, one after the other: what loads the machine for a while then loads all of them.

import { median, type Timing } from '../harness.ts'

/** Something that is timed, again and again. */
export interface Act {
  readonly name: string
  act(): Promise<void>
}

/** How many times of each are one round. */
const TIMES = 20
const WARM = 40

/** Times acts. Each round counts with the median of its times: a pause of the machine in one of them says nothing. */
export async function timeInTurns(acts: readonly Act[], rounds: number): Promise<Timing[]> {
  const lanes = acts.map(({ name, act }) => ({ name, act, rounds: [] as number[] }))
  for (let time = 0; time < WARM; time++) for (const { act } of acts) await act()
  for (let round = 0; round < rounds; round++) {
    const took: number[][] = lanes.map(() => [])
    for (let time = 0; time < TIMES; time++) {
      for (const [at, { act }] of lanes.entries()) {
        const begun = performance.now()
        await act()
        took[at]?.push(performance.now() - begun)
      }
    }
    for (const [at, lane] of lanes.entries()) lane.rounds.push(median(took[at] ?? []) * 1e6)
  }
  return lanes.map(({ name, rounds }) => ({ name, rounds }))
}
