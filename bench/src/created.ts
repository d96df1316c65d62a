// Ten thousand at once: runs, and XState's actors.

import { createRun } from '@xmachines/core'
import { createActor } from 'xstate'

import { longTurns, type Side } from './harness.ts'
import { counter } from './machine.ts'
import { xstateCounter } from './peers.ts'

export const MANY = 10_000

export const runsCreated: Side = creation('createRun', createRuns)
export const actorsCreated: Side = creation('XState createActor', createActors)

/** Ten thousand runs. */
export function createRuns(): object[] {
  const runs: object[] = []
  for (let index = 0; index < MANY; index++) runs.push(createRun(counter))
  return runs
}

/** Ten thousand actors, not started. */
export function createActors(): object[] {
  const actors: object[] = []
  for (let index = 0; index < MANY; index++) actors.push(createActor(xstateCounter))
  return actors
}

function creation(name: string, create: () => object[]): Side {
  return longTurns(name, MANY, () => {
    let held: object[] = []
    return () => {
      held = create()
      return held.length
    }
  })
}
