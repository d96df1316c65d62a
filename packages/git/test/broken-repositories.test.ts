/**
 * Repositories whose files were deleted, emptied, cut short, mixed up or replaced at random: whatever is called, it ends, and
 * what it is rejected with is a `GitError` or a `RunError`. BROKEN sets the number of repositories.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunError, restoreRun } from '@xmachines/core'
import { GitError, openRepository } from '@xmachines/git'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { add, collect, git, makeFolder, makeRepository, type TallyRun, tally, tallyRun } from './repositories.ts'
import { allowWarnings } from './warnings.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** Numbers from 0 to below a limit, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

let whole: string
let run: TallyRun
beforeAll(async () => {
  const repository = await makeRepository(folder)
  whole = repository.directory
  run = tallyRun()
  for (let part = 0; part < 2; part++) {
    const recorder = repository.record(run)
    for (let at = 0; at < 3; at++) run.in.send(add(at))
    await repository.keepSnapshot(run)
    await recorder.stop()
  }
  // A part of it is packed, and a part is loose.
  git(whole, 'pack-refs', '--all')
  run.in.send(add(9))
  await repository.record(run).stop()
  git(whole, 'hash-object', '-w', join(whole, 'config'))
  git(whole, 'commit-graph', 'write', '--reachable')
  await repository.close()
})

/** Damages one or two files of a repository, and says how. */
function damage(directory: string, pick: (below: number) => number): string {
  const how: string[] = []
  for (let times = 1 + pick(2); times > 0; times--) {
    const names = (readdirSync(directory, { recursive: true }) as string[]).toSorted()
    const name = names[pick(names.length)]!
    const path = join(directory, name)
    const kind = pick(7)
    how.push(`${name} ${kind}`)
    if (kind === 0 || statSync(path).isDirectory()) {
      rmSync(path, { recursive: true })
      if (kind === 1) writeFileSync(path, '')
      continue
    }
    const bytes = readFileSync(path)
    rmSync(path)
    if (kind === 1) writeFileSync(path, '')
    if (kind === 2) writeFileSync(path, bytes.subarray(0, pick(bytes.length)))
    if (kind === 3) writeFileSync(path, Buffer.alloc(bytes.length))
    if (kind === 4) writeFileSync(path, Buffer.concat([bytes, bytes]))
    if (kind === 5) mkdirSync(path)
    if (kind === 6 && bytes.length > 0) {
      for (let flips = 0; flips < 4; flips++) bytes[pick(bytes.length)]! ^= 1 << pick(8)
      writeFileSync(path, bytes)
    }
  }
  return how.join(', ')
}

/** Calls everything on a repository; answers with what was rejected with anything else. */
async function callAll(directory: string): Promise<unknown[]> {
  const wrong: unknown[] = []
  const call = async (what: string, work: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await work()
    } catch (thrown) {
      const known = thrown instanceof RunError || (thrown instanceof GitError && typeof thrown.code === 'string')
      if (!known) wrong.push([what, thrown])
      return undefined
    }
  }
  const { id } = run
  const repository = await openRepository(directory, { create: true }).catch((thrown: unknown) => {
    if (!(thrown instanceof GitError)) wrong.push(['openRepository', thrown])
    return undefined
  })
  if (repository === undefined) return wrong
  await call('runs', () => collect(repository.runs()))
  await call('find', () => repository.find(id))
  await call('history', () => collect(repository.history(id)))
  await call('history from', () => collect(repository.history(id, { from: 1 })))
  await call('history to', () => collect(repository.history(id, { to: 0 })))
  await call('history back', () => collect(repository.history(id, { reverse: true })))
  await call('snapshots', () => repository.snapshots(id))
  await call('stateAt', () => repository.stateAt(id, 0))
  await call('verify', () => repository.verify(tally, id))
  await call('export', () => repository.export(id))
  await call('export with a machine', () => repository.export(id, { machine: tally }))
  await call('open from a snapshot', () => repository.open(tally, id, { replayFrom: 'snapshot' }))
  await call('open', () => repository.open(tally, id))
  await call('import', () => repository.import(run.toJSON()))
  await call('import with a machine', () => repository.import(run.toJSON(), { machine: tally }))
  await call('addRemote', () => repository.addRemote('other', whole))
  await call('push', () => repository.push('other', id))
  await call('fetch', () => repository.fetch('other', id))
  await call('fetch all', () => repository.fetch('other', 'all'))
  await call('record', async () => {
    const again = restoreRun(tally, run.toJSON())
    again.in.send(add(1))
    const recorder = repository.record(again)
    recorder.done.catch(() => undefined)
    await call('keepSnapshot', () => repository.keepSnapshot(again))
    await recorder.stop()
  })
  await call('close', () => repository.close())
  return wrong
}

test('what is called on a broken repository is rejected with a GitError or a RunError', async () => {
  const rounds = Number(process.env['BROKEN'] ?? 20)
  const first = Number(process.env['BROKEN_FROM'] ?? 1)
  // A repacking may fail, and a lock may have been copied.
  allowWarnings('WRITE_FAILED', 'XMACHINES_STALE_LOCK')
  // The last one loses its configuration.
  for (const seed of [...Array.from({ length: rounds }, (_, at) => first + at), 1122]) {
    const directory = join(folder.path, `broken-${seed}.git`)
    cpSync(whole, directory, { recursive: true })
    const how = damage(directory, numbers(seed))
    expect(await callAll(directory), `seed ${seed}: ${how}`).toEqual([])
    rmSync(directory, { recursive: true, force: true })
  }
}, 500_000)
