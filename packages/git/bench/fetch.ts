/**
 * What handing on a long run costs: fetching and pushing ten new batches of a run of a million, over a file url.
 * `--batches=N` says how long the run is, `--rounds=N` how often it is handed on.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun, defineMachine } from '@xmachines/core'
import { openRepository } from '@xmachines/git'

type Inc = { type: 'INC'; by: number; note: string }
const counter = defineMachine<number, Inc>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count, { by }) => count + by },
})
const option = (name: string, otherwise: number): number =>
  Number(process.argv.find((one) => one.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const batches = option('batches', 1_000_000)
const rounds = option('rounds', 7)
const GROUP = 25_000

const folder = mkdtempSync(join(tmpdir(), 'xmachines-bench-'))
try {
  const there = await openRepository(join(folder, 'there.git'), { create: true })
  const run = createRun(counter, { checkDeterminism: false })
  const send = (): unknown => run.in.send({ type: 'INC', by: 1, note: `batch ${run.snapshot.current.sequence}` })
  const recorder = there.record(run, { durability: 'process' })
  const built = await timed(async () => {
    while (run.snapshot.current.sequence < batches) {
      for (let at = 0; at < GROUP && run.snapshot.current.sequence < batches; at++) send()
      await recorder.flush()
    }
  })
  console.log(`a run of ${batches.toLocaleString()} batches, recorded in ${(built / 1000).toFixed(1)} s`)
  await recorder.stop()
  await there.close()
  // Upkeep is done before, or it would be done beside what is measured.
  execFileSync('git', ['-C', there.directory, 'repack', '-adq'])
  execFileSync('git', ['-C', there.directory, 'commit-graph', 'write', '--reachable', '--no-progress'])
  cpSync(there.directory, join(folder, 'here.git'), { recursive: true })
  const here = await openRepository(join(folder, 'here.git'))
  await here.addRemote('there', `file://${there.directory}`)
  await here.fetch('there', run.id)

  const onwards = there.record(run, { durability: 'process' })
  const fetches: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < 10; at++) send()
    await onwards.flush()
    fetches.push(
      await timed(async () => {
        const { head, sequence, before } = await here.fetch('there', run.id)
        if (head !== run.head || sequence - before !== 10) throw new Error('it did not come')
      }),
    )
  }
  report('fetch of 10 new batches', fetches)
  report('fetch of none', await times(async () => void (await here.fetch('there', run.id))))
  await onwards.stop()

  const recording = here.record(run, { durability: 'process' })
  const pushes: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < 10; at++) send()
    await recording.flush()
    pushes.push(await timed(async () => void (await here.push('there', run.id))))
  }
  report('push of 10 new batches', pushes)
  await recording.stop()
  await Promise.all([here.close(), there.close()])
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function times(work: () => Promise<void>): Promise<number[]> {
  const took: number[] = []
  for (let round = 0; round < rounds; round++) took.push(await timed(work))
  return took
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

function report(what: string, took: number[]): void {
  const sorted = took.toSorted((one, other) => one - other)
  const median = sorted[sorted.length >> 1] ?? Number.NaN
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
  console.log(`${what.padEnd(40)} ${median.toFixed(0)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`)
}
