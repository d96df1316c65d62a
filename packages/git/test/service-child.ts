// A service that brings parcels to three doors, each an effect, and dies where it is told to. What it did it writes down
// as the world would see it, and how far that has settled as the README shows.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRun, defineMachine, handleOutputs, type Machine } from '@xmachines/core'
import { openRepository } from '@xmachines/git'

export type RoundState = { door: number }
type RoundEvent = { type: 'BROUGHT'; door: number }

/** Waits for the answer of one door at a time. */
export const round: Machine<RoundState, RoundEvent | { type: 'START' }, { type: 'bring'; door: number }, undefined> =
  defineMachine({
    name: 'round',
    version: '1',
    initial: { door: -1 } as RoundState,
    transition: (state: RoundState, event: RoundEvent | { type: 'START' }, emit) => {
      const waited = event.type === 'START' ? state.door === -1 : event.door === state.door
      if (!waited) return state
      const door = state.door + 1
      if (door < 3) emit({ type: 'bring', door })
      return { door }
    },
    isDone: ({ door }: RoundState) => door === 3,
  })

async function serve(directory: string, id: string, death: string): Promise<void> {
  const [acts, note] = [`${directory}.acts`, `${directory}.settled`]
  const dieAt = (moment: string): void => {
    if (moment === death) process.kill(process.pid, 'SIGKILL')
  }
  const repository = await openRepository(directory)
  const run = await repository.open(round, id)
  const recorder = repository.record(run)
  const from = existsSync(note) ? Number(readFileSync(note, 'utf8')) : 'start'
  const handlers = {
    bring: async ({ door }: { door: number }, { key }: { key: string }) => {
      appendFileSync(acts, `${key}\n`)
      dieAt(`acting ${door}`)
      return { type: 'BROUGHT' as const, door }
    },
  }
  const onSettled = (position: number): void => {
    dieAt(`settled ${position}`)
    writeFileSync(note, String(position))
    dieAt(`noted ${position}`)
  }
  await handleOutputs(recorder.ports({ from }), handlers, { onSettled })
  await recorder.done
}

const [directory, id, death = ''] = process.argv.slice(2)
if (import.meta.main && directory !== undefined && id !== undefined) await serve(directory, id, death)
