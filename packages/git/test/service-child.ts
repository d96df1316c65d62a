// A service that brings parcels to three doors, each an effect, and dies where it is told to. It writes down each
// effect, as the world would see it, and how far they have settled, as the README shows.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { handleOutputs } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { round } from './repositories.ts'

const [directory = '', id = '', death] = process.argv.slice(2)
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
