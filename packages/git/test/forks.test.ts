/** A fork is a run like any other: its genesis names the commit that it was forked from, and every reader takes that. */
import { execFileSync } from 'node:child_process'
import { forkRun, restoreRun } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { linesOf, programIn } from './program.ts'
import {
  add,
  askGit,
  collect,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyRun,
  tally,
  tallyRun,
} from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)

/** A run of three batches, and its fork after the second, which went on. */
function family(format: 'sha1' | 'sha256'): { run: TallyRun; fork: TallyRun; source: string } {
  const run = tallyRun(format, { start: 5 })
  for (let at = 1; at <= 3; at++) run.in.send(add(at))
  const source = run.toJSON().records[2]?.oid as string
  const fork = forkRun(run, 2)
  fork.in.send(add(100))
  return { run, fork, source }
}

describe.each(['sha1', 'sha256'] as const)('a fork in %s', (format) => {
  test('is recorded, opened, verified, exported and shown', async () => {
    const repository = await makeRepository(folder, format)
    const { run, fork, source } = family(format)
    for (const one of [run, fork]) await repository.record(one).stop()
    expect(git(repository.directory, 'fsck', '--strict', '--full')).toBe('')
    expect(git(repository.directory, 'log', '-1', '--format=%B', fork.id)).toContain(`\nForked-From: ${source}`)

    const opened = await repository.open(tally, fork.id)
    expect(opened.genesis).toEqual(fork.genesis)
    expect([opened.head, opened.state, opened.start]).toEqual([fork.head, { total: 108 }, 3])
    const [genesis] = await collect(repository.history(fork.id, { to: 0 }))
    expect(genesis).toEqual(fork.genesis)
    await repository.verify(tally, fork.id)
    await repository.keepSnapshot(opened)
    expect((await repository.open(tally, fork.id)).genesis).toEqual(fork.genesis)

    const ask = (...arguments_: string[]) => program(['-C', repository.directory, ...arguments_])
    expect((await ask('show', fork.id)).stdout).toContain(`fork of    ${source}`)
    expect(linesOf((await ask('show', '--json', fork.id)).stdout)).toEqual([
      expect.objectContaining({ id: fork.id, forkedFrom: source }),
    ])
    expect(linesOf((await ask('show', '--json', run.id)).stdout)[0]).not.toHaveProperty('forkedFrom')
    expect(linesOf((await ask('log', '--json', fork.id)).stdout)[0]).toMatchObject({ oid: fork.id, forkedFrom: source })
    expect((await ask('verify', fork.id, '-m', 'tally.mjs')).status).toBe(0)
    const exported = await ask('export', fork.id, '-m', 'tally.mjs')
    expect(JSON.parse(exported.stdout)).toEqual(JSON.parse(JSON.stringify(fork)))
  })

  test('is imported, with the machine and without', async () => {
    const repository = await makeRepository(folder, format)
    const { fork } = family(format)
    const document = JSON.parse(JSON.stringify(fork))
    expect(await repository.import(document, { machine: tally })).toMatchObject({ id: fork.id, sequence: 3 })
    fork.in.send(add(1))
    expect(await repository.import(JSON.parse(JSON.stringify(fork)))).toMatchObject({ head: fork.head, before: 3 })
    document.records[0].forkedFrom = fork.head
    expect(await rejection(repository.import(document, { machine: tally }))).toMatchObject({ code: 'HISTORY_MISMATCH' })
  })

  test('is pushed and fetched without its source', async () => {
    const [here, hub, there] = [
      await makeRepository(folder, format),
      await makeRepository(folder, format),
      await makeRepository(folder, format),
    ]
    for (const one of [here, there]) await one.addRemote('hub', `file://${hub.directory}`)
    const { fork } = family(format)
    await here.record(fork).stop()
    await here.push('hub', fork.id)
    await there.fetch('hub', fork.id)
    const opened = await there.open(tally, fork.id)
    expect([opened.genesis, opened.head]).toEqual([fork.genesis, fork.head])
  })

  test.each([
    ['of no oid', (source: string) => source.slice(1)],
    ['of another object format', (source: string) => (format === 'sha1' ? source.padEnd(64, '0') : source.slice(24))],
    ['in capitals', (source: string) => source.toUpperCase().replace(/^./, 'F')],
    ['that stands twice', (source: string) => `${source}\nForked-From: ${source}`],
  ])('with a Forked-From %s is no genesis', async (_what, forge) => {
    const repository = await makeRepository(folder, format)
    const { fork, source } = family(format)
    await repository.record(fork).stop()
    const { directory } = repository
    const text = git(directory, 'cat-file', 'commit', fork.id).replace(source, forge(source))
    const forged = execFileSync('git', ['-C', directory, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      input: `${text}\n`,
      encoding: 'utf8',
    }).trim()
    expect(askGit(directory, 'update-ref', `refs/runs/tally/${forged}`, forged).status).toBe(0)
    const again = await openRepository(directory)
    expect(await rejection(again.open(tally, forged))).toMatchObject({ code: 'RUN_MISSING' })
    await expect(collect(again.history(forged))).rejects.toMatchObject({ code: 'RUN_MISSING' })
  })
})

test('a restored fork is recorded under its own id', async () => {
  const repository = await makeRepository(folder)
  const { fork } = family('sha1')
  const restored = restoreRun(tally, JSON.parse(JSON.stringify(fork)))
  await repository.record(restored).stop()
  expect(git(repository.directory, 'rev-parse', `refs/runs/tally/${fork.id}`)).toBe(fork.head)
})
