// Recording beside `git fast-import`, which gets the same commits and syncs as much, and beside isomorphic-git.

import type { Recorder } from '@xmachines/git'

import type { Scene } from '../rounds.ts'
import { type CounterRun, newRun, sendBatches } from './counter.ts'
import { batchCommands, genesisCommands, startFastImport } from './fast-import.ts'
import { writeLoose } from './isomorphic.ts'
import { git, newRepository, removeRepository, timed } from './repositories.ts'

/** How many batches are written before they are waited for, in bulk. */
const GROUP = 1000
const BULK = 50_000
/** isomorphic-git takes as long for these. */
const FEW = 2000
const APPENDS = 40
const MANY_RUNS = 100

/** One run, in groups. What is timed of ours begins with the events; fast-import is given its commands ready-made. */
export const bulk: readonly Scene<'batch'>[] = [
  ours(async (repository) => {
    const run = newRun()
    const recorder = repository.record(run)
    await recorder.flush()
    const took = await timed(async () => {
      for (let at = 0; at < BULK; at += GROUP) {
        sendBatches(run, GROUP)
        await recorder.flush()
      }
    })
    await prove(repository.directory, recorder, run)
    return took / BULK
  }),
  fastImport(async (directory) => {
    const run = newRun()
    sendBatches(run, BULK)
    const importer = startFastImport(directory)
    await importer.checkpoint(genesisCommands(run, 'refs/runs/x'))
    const groups: string[] = []
    for (let at = 0; at < BULK; at += GROUP) groups.push(batchCommands(run, 'refs/runs/x', at + 1, at + GROUP))
    const took = await timed(async () => {
      for (const commands of groups) await importer.checkpoint(commands)
    })
    await importer.end()
    proveHead(directory, 'refs/runs/x', run)
    return took / BULK
  }),
  {
    name: 'isomorphic-git',
    async play() {
      const run = newRun()
      sendBatches(run, FEW)
      return { batch: (await writeLoose(run, FEW, GROUP)) / FEW }
    },
  },
]

/** One batch after the other, each waited for. */
export const append: readonly Scene<'batch'>[] = [
  ours(async (repository) => {
    const run = newRun()
    const recorder = repository.record(run)
    await recorder.flush()
    const took = await timed(async () => {
      for (let at = 0; at < APPENDS; at++) {
        sendBatches(run, 1)
        await recorder.flush()
      }
    })
    await prove(repository.directory, recorder, run)
    return took / APPENDS
  }),
  fastImport(async (directory) => {
    const run = newRun()
    sendBatches(run, APPENDS)
    const importer = startFastImport(directory)
    await importer.checkpoint(genesisCommands(run, 'refs/runs/x'))
    const each = Array.from({ length: APPENDS }, (_, at) => batchCommands(run, 'refs/runs/x', at + 1, at + 1))
    const took = await timed(async () => {
      for (const commands of each) await importer.checkpoint(commands)
    })
    await importer.end()
    proveHead(directory, 'refs/runs/x', run)
    return took / APPENDS
  }),
]

/** Many runs, with one batch each. */
export const hundred: readonly Scene<'batch'>[] = [
  ours(async (repository) => {
    const runs = Array.from({ length: MANY_RUNS }, newRun)
    const recorders = runs.map((run) => repository.record(run))
    await Promise.all(recorders.map(({ flush }) => flush()))
    const took = await timed(async () => {
      for (const run of runs) sendBatches(run, 1)
      await Promise.all(recorders.map(({ flush }) => flush()))
    })
    for (const [at, recorder] of recorders.entries())
      await prove(repository.directory, recorder, runs[at] as CounterRun)
    return took
  }),
  fastImport(async (directory) => {
    const runs = Array.from({ length: MANY_RUNS }, newRun)
    for (const run of runs) sendBatches(run, 1)
    const importer = startFastImport(directory)
    await importer.checkpoint(runs.map((run, at) => genesisCommands(run, `refs/runs/${at}`)).join(''))
    const commands = runs.map((run, at) => batchCommands(run, `refs/runs/${at}`, 1, 1)).join('')
    const took = await timed(() => importer.checkpoint(commands))
    await importer.end()
    for (const [at, run] of runs.entries()) proveHead(directory, `refs/runs/${at}`, run)
    return took
  }),
]

function ours(play: (repository: Awaited<ReturnType<typeof newRepository>>) => Promise<number>): Scene<'batch'> {
  return {
    name: '@xmachines/git',
    async play() {
      const repository = await newRepository()
      const batch = await play(repository)
      await repository.close()
      removeRepository(repository.directory)
      return { batch }
    },
  }
}

function fastImport(play: (directory: string) => Promise<number>): Scene<'batch'> {
  return {
    name: 'git fast-import',
    async play() {
      const repository = await newRepository()
      await repository.close()
      const batch = await play(repository.directory)
      removeRepository(repository.directory)
      return { batch }
    },
  }
}

async function prove(directory: string, recorder: Recorder<number, never, unknown>, run: CounterRun): Promise<void> {
  await recorder.stop()
  proveHead(directory, recorder.ref, run)
}

function proveHead(directory: string, ref: string, run: CounterRun): void {
  const head = git(directory, 'rev-parse', ref)
  if (head !== run.head) throw new Error(`${ref} stands at ${head}, and the run at ${run.head}`)
}
