// Two processes continue one run at the same moment, run after run.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type Folder, git, makeRepository, tallyRun } from './repositories.ts'

/** The result. */
export interface Contested {
  /** How often each of the two won. */
  readonly won: readonly number[]
  /** Runs without exactly one winner, or whose loser got a wrong error. */
  readonly wrong: readonly string[]
  readonly faults: string
}

/** Whether the two record equal batches, or different ones. */
export type Batches = 'equal' | 'different'

/** Lets two processes contest for runs. */
export async function contest(folder: Folder, runs: number, batches: Batches): Promise<Contested> {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const ids: string[] = []
  for (let at = 0; at < runs; at++) {
    const run = tallyRun()
    await repository.record(run, { durability: 'process' }).stop()
    ids.push(run.id)
  }
  await repository.close()
  const script = join(import.meta.dirname, 'contest-child.ts')
  const sides = [1, 2].map((name) => {
    const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
      process.execPath,
      ['--conditions=@xmachines/source', script, directory, batches === 'equal' ? '1' : String(name), ...ids],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    // A child that has ended takes no more words.
    child.stdin.on('error', () => undefined)
    const ended = once(child, 'close')
    return { child, ended, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
  })
  const hear = (): Promise<string[]> =>
    Promise.all(sides.map(async ({ lines }) => String((await lines.next()).value ?? 'ended')))
  const won = [0, 0]
  const wrong: string[] = []
  for (const id of ids) {
    const ready = await hear()
    if (ready.some((word) => word !== 'ready')) throw new Error(`a process ended before its time: ${String(ready)}`)
    for (const { child } of sides) child.stdin.write('go\n')
    const said = await hear()
    const winner = said.findIndex((line) => line.startsWith('won '))
    const head = said[winner]?.slice('won '.length)
    const [word, code, own, run, recorded] = said[1 - winner]?.split(' ') ?? []
    const isReported = word === 'lost' && code === 'HISTORY_DIVERGED' && own === run && recorded === head
    const ref = `refs/runs/tally/${id}`
    const isThere =
      git(directory, 'rev-parse', ref) === head && git(directory, 'rev-list', '--count', `${id}..${ref}`) === '1'
    if (!isReported || !isThere) wrong.push(`${id}: ${said.join('; ')}`)
    else won[winner]!++
  }
  for (const { child } of sides) child.stdin.end()
  await Promise.all(sides.map(({ ended }) => ended))
  return { won, wrong, faults: git(directory, 'fsck', '--strict', '--full', '--no-dangling') }
}
