// Handing on a run of a million batches: ten new ones are fetched and pushed, over a file url.

import { cpSync } from 'node:fs'

import { openRepository, type Repository } from '@xmachines/git'

import type { Scene } from '../rounds.ts'
import { newRun, sendBatches } from './counter.ts'
import { git, newDirectory, newRepository, timed } from './repositories.ts'

const LONG = 1_000_000
const NEW = 10

/** Fetching and pushing ten batches, beside a bare `git fetch` and `git push` of as many. */
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
  const url = `file://${there.directory}`
  const [here, peer] = await Promise.all([copyOf(there.directory), copyOf(there.directory)])
  await here.addRemote('there', url)
  await here.fetch('there', run.id)
  // What Git takes for the same work, with the same settings and without what is done before a run is moved.
  const settings = ['-c', 'core.fsync=all', '-c', 'fetch.unpackLimit=1', '-c', 'fetch.fsckObjects=true']
  const ref = `refs/runs/counter/${run.id}`
  const bareFetch = (): string =>
    git(peer.directory, ...settings, 'fetch', '--quiet', '--no-auto-maintenance', '--no-tags', url, `${ref}:${ref}`)
  const barePush = (): string => git(peer.directory, ...settings, 'push', '--quiet', url, `${run.head}:${ref}`)

  const add = async (repository: Repository): Promise<void> => {
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
        bareFetch()
        return { fetch, push }
      },
    },
    {
      name: 'git',
      async play() {
        await add(there)
        const fetch = await timed(async () => bareFetch())
        await add(peer)
        const push = await timed(async () => barePush())
        await here.fetch('there', run.id)
        return { fetch, push }
      },
    },
  ]
}

async function copyOf(directory: string): Promise<Repository> {
  const copy = newDirectory()
  cpSync(directory, copy, { recursive: true })
  return await openRepository(copy)
}
