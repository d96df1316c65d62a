// Processes that record equal batches into one run, while their gits may be killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { gitsOf } from './crashes.ts'
import { type Folder, git, makeRepository, tallyRun } from './repositories.ts'

/** The result. */
export interface EqualWrites {
  /** How many batches each process was acknowledged. */
  readonly acknowledged: readonly number[]
  /** How many batches are recorded. */
  readonly recorded: number
  /** How often a process lost a race, and how often git failed it. */
  readonly races: number
  readonly failures: number
  readonly faults: string
}

/**
 * Has two processes record one event over and over.
 * @param writes how many batches each process records
 * @param kills how many of their gits are killed meanwhile
 */
export async function writeEqually(
  folder: Folder,
  { writes, kills = 0 }: { readonly writes: number; readonly kills?: number },
): Promise<EqualWrites> {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const run = tallyRun()
  await repository.record(run).stop()
  await repository.close()
  const script = join(import.meta.dirname, 'equal-child.ts')
  const sides = [0, 1].map(() => {
    const child = spawn(process.execPath, ['--conditions=@xmachines/source', script, directory, run.id, `${writes}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [printed, complaint] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    // Warnings of locks that a killed git left, or why it failed.
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text
    })
    const ended = once(child, 'close').then(([status]) => {
      if (status !== 0) throw new Error(`a writer ended with ${status}: ${complaint}`)
      return printed
    })
    return { child, ended }
  })
  const killing = killGits(
    sides.map(({ child }) => child),
    kills,
  )
  const results = await Promise.all(sides.map(({ ended }) => ended))
  await killing
  const told = results.map((printed) => printed.split(' ').map(Number))
  const sum = (at: number): number => told.reduce((total, numbers) => total + (numbers[at] ?? Number.NaN), 0)
  return {
    acknowledged: told.map(([count]) => count ?? Number.NaN),
    recorded: Number(git(directory, 'rev-list', '--count', `${run.id}..refs/runs/tally/${run.id}`)),
    races: sum(1),
    failures: sum(2),
    faults: git(directory, 'fsck', '--strict', '--full', '--no-dangling'),
  }
}

/** Kills gits of processes at random moments, until enough were killed or the processes have ended. */
async function killGits(children: readonly ChildProcess[], kills: number): Promise<void> {
  for (let killed = 0; killed < kills; ) {
    const alive = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    if (alive.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
    const gits = alive.flatMap(({ pid }) => gitsOf(pid))
    const one = gits[Math.floor(Math.random() * gits.length)]
    if (one === undefined) continue
    try {
      process.kill(one, 'SIGKILL')
      killed++
    } catch {
      // It ended by itself.
    }
  }
}
