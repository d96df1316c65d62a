// Plays scenes that measure themselves, in turns: in each round every side once, in an order that alternates.

import type { Timing } from './harness.ts'
import { settle } from './heap.ts'

/** How often each side plays, and how often it plays before that to warm up. */
export interface Rounds {
  readonly counted: number
  readonly warm: number
}

/** A side of a scene. */
export interface Scene<Figure extends string> {
  readonly name: string
  /** Plays it once, and returns milliseconds by the name of the figure. */
  play(): Promise<Record<Figure, number>>
}

/**
 * Plays a scene with every side.
 * @param scenes ours first
 * @param rounds how often
 * @returns for each name of a figure the timings of the sides, in their order
 */
export async function playInTurns<Figure extends string>(
  scenes: readonly Scene<Figure>[],
  { counted, warm }: Rounds = { counted: 15, warm: 2 },
): Promise<Record<Figure, Timing[]>> {
  const lanes = scenes.map((scene) => ({ scene, rounds: [] as Record<Figure, number>[] }))
  for (let round = -warm; round < counted; round++) {
    for (const { scene, rounds } of round % 2 === 0 ? lanes : lanes.toReversed()) {
      await settle()
      const figures = await scene.play()
      if (round >= 0) rounds.push(figures)
    }
  }
  const names = Object.keys(lanes[0]?.rounds[0] ?? {}) as Figure[]
  const timings = names.map((figure) => [
    figure,
    lanes.map(({ scene: { name }, rounds }) => ({ name, rounds: rounds.map((figures) => figures[figure] * 1e6) })),
  ])
  return Object.fromEntries(timings) as Record<Figure, Timing[]>
}
