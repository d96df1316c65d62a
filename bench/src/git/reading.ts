// Opening beside what Git and replaying take at the least, what a batch takes on disk, and listing many runs.

import { spawn } from 'node:child_process'

import { type HistoryRecord, restoreRun } from '@xmachines/core'
import type { Repository } from '@xmachines/git'

import type { Scene } from '../rounds.ts'
import { type CounterRun, counter, type Inc, newRun, sendBatches } from './counter.ts'
import { git, newRepository, timed } from './repositories.ts'

const LONG = 100_000
const MANY_RUNS = 10_000

/** A recorded run, and the repository that it is in. */
export interface Recorded {
  readonly repository: Repository
  readonly run: CounterRun
}

/** Records a long run. */
export async function recordLong(): Promise<Recorded> {
  const repository = await newRepository()
  const run = newRun()
  const recorder = repository.record(run, { durability: 'process' })
  for (let at = 0; at < LONG; at += 1000) {
    sendBatches(run, 1000)
    await recorder.flush()
  }
  await recorder.stop()
  return { repository, run }
}

/** Opening it: ours, then Git's own reading through a pipe, then the replay of records that are there already. */
export function opening({ repository, run }: Recorded): readonly Scene<'whole'>[] {
  const records: HistoryRecord<Inc>[] = []
  return [
    {
      name: 'repository.open()',
      async play() {
        let head: string | undefined
        const whole = await timed(async () => {
          head = (await repository.open(counter, run.id)).head
        })
        if (head !== run.head) throw new Error(`it was opened at ${head}`)
        return { whole }
      },
    },
    {
      name: 'rev-list | cat-file',
      play: async () => ({ whole: await timed(() => pipe(repository.directory, run.head)) }),
    },
    {
      name: 'restoreRun()',
      async play() {
        if (records.length === 0) for await (const record of run.history()) records.push(record)
        let head: string | undefined
        const whole = await timed(async () => {
          head = restoreRun(counter, records).head
        })
        if (head !== run.head) throw new Error(`it was restored at ${head}`)
        return { whole }
      },
    },
  ]
}

async function pipe(directory: string, head: string): Promise<void> {
  const reading = spawn('sh', ['-c', `git rev-list --reverse ${head} | git cat-file --batch --buffer`], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let bytes = 0
  for await (const chunk of reading.stdout as AsyncIterable<Buffer>) bytes += chunk.length
  if (bytes < LONG) throw new Error(`only ${bytes} bytes came through the pipe`)
}

/** Bytes on disk for each batch, as they were recorded and after Git has collected. */
export function onDisk({ repository: { directory } }: Recorded): {
  readonly recorded: number
  readonly collected: number
} {
  const recorded = packBytes(directory) / LONG
  git(directory, 'gc', '--quiet')
  return { recorded, collected: packBytes(directory) / LONG }
}

function packBytes(directory: string): number {
  return Number(/size-pack: (\d+)/.exec(git(directory, 'count-objects', '-v'))?.[1]) * 1024
}

/** Listing many runs. */
export async function listing(): Promise<readonly Scene<'whole'>[]> {
  const repository = await newRepository()
  const runs = Array.from({ length: MANY_RUNS }, newRun)
  const recorders = runs.map((run) => repository.record(run, { durability: 'process' }))
  for (const run of runs) sendBatches(run, 2)
  await Promise.all(recorders.map((recorder) => recorder.stop()))
  const refs = (): string => git(repository.directory, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/runs')
  return [
    {
      name: 'repository.runs()',
      async play() {
        let count = 0
        const whole = await timed(async () => {
          for await (const { sequence } of repository.runs()) if (sequence === 2) count++
        })
        if (count !== MANY_RUNS) throw new Error(`${count} of ${MANY_RUNS} runs were listed`)
        return { whole }
      },
    },
    {
      name: 'git for-each-ref',
      async play() {
        const whole = await timed(async () => refs())
        return { whole }
      },
    },
  ]
}
