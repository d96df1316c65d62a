// Handing on a run of a million batches: ten new ones are fetched and pushed, over a file url.

import { cpSync } from 'node:fs'

import { openRepository } from '@xmachines/git'

import type { Scene } from '../rounds.ts'
import { newRun, sendBatches } from './counter.ts'
import { git, newDirectory, newRepository, timed } from './repositories.ts'

const LONG = 1_000_000
const NEW = 10

/** Fetching and pushing, beside a bare `git fetch` that brings nothing. */
export async function handingOn(): Promise<readonly Scene<'fetch' | 'push'>[]> {
  const there = await newRepository()
  const run = newRun()
  const recorder = there.record(run, { durability: 'process' })
  for (let at = 0; at < LONG; at += 25_000) {
    sendBatches(run, 25_000)
    await recorder.flush()
  }
  await recorder.stop()
  await there.close()
  // Upkeep is done before, or it would be done beside what is measured.
  git(there.directory, 'repack', '-adq')
  git(there.directory, 'commit-graph', 'write', '--reachable', '--no-progress')
  const copy = newDirectory()
  cpSync(there.directory, copy, { recursive: true })
  const here = await openRepository(copy)
  await here.addRemote('there', `file://${there.directory}`)
  await here.fetch('there', run.id)

  const add = async (repository: typeof here): Promise<void> => {
    const recording = repository.record(run, { durability: 'process' })
    sendBatches(run, NEW)
    await recording.stop()
  }
  return [
    {
      name: '@xmachines/git',
      async play() {
        await add(there)
        let come: number | undefined
        const fetch = await timed(async () => {
          const { sequence, before } = await here.fetch('there', run.id)
          come = sequence - before
        })
        if (come !== NEW) throw new Error(`${come} of ${NEW} batches came`)
        await add(here)
        const push = await timed(() => here.push('there', run.id))
        return { fetch, push }
      },
    },
    {
      name: 'git, with nothing new',
      async play() {
        const refspec = `refs/runs/counter/${run.id}`
        const fetch = await timed(async () => git(here.directory, 'fetch', '--quiet', 'there', refspec))
        const push = await timed(async () => git(here.directory, 'push', '--quiet', 'there', `${run.head}:${refspec}`))
        return { fetch, push }
      },
    },
  ]
}
