/** A mirror can be read, and is not recorded into. A plain clone says how to fetch the runs that it did not take over. */
import { join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, expect, test } from 'vitest'
import { linesOf, programIn } from './program.ts'
import {
  add,
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
let copies = 0

/** A copy of a repository with a run of two batches and a snapshot. */
async function cloned(...how: string[]): Promise<{ directory: string; run: TallyRun }> {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  for (const by of [1, 2]) run.in.send(add(by))
  const recorder = repository.record(run)
  await repository.keepSnapshot(run)
  await recorder.stop()
  const directory = join(folder.path, `copy-${copies++}`)
  git(folder.path, 'clone', '--quiet', ...how, repository.directory, directory)
  return { directory, run }
}

test('a mirror is read like any repository', async () => {
  const { directory, run } = await cloned('--mirror')
  const mirror = await openRepository(directory)
  expect((await collect(mirror.runs())).map(({ head }) => head)).toEqual([run.head])
  expect((await mirror.find(run.id)).sequence).toBe(2)
  expect(await collect(mirror.history(run.id))).toEqual(run.toJSON().records)
  expect((await mirror.verify(tally, run.id)).snapshots).toEqual([2])
  expect(await mirror.export(run.id)).toEqual(run.toJSON())
  expect((await mirror.stateAt(run.id, 2))?.state).toEqual({ total: 3 })
  for (const replayFrom of ['genesis', 'snapshot'] as const) {
    expect((await mirror.open(tally, run.id, { replayFrom })).head).toBe(run.head)
  }
  await mirror.close()
})

test('whatever would change a mirror is refused, with what to do', async () => {
  const { directory, run } = await cloned('--mirror')
  const mirror = await openRepository(directory)
  const before = git(directory, 'for-each-ref')
  const refusal = {
    name: 'GitError',
    code: 'UNSUPPORTED_REPOSITORY',
    message: expect.stringContaining('a mirror can be read'),
  }
  expect(() => mirror.record(run)).toThrow(expect.objectContaining(refusal))
  for (const refused of [
    () => mirror.import(run.toJSON(), { machine: tally }),
    () => mirror.keepSnapshot(run),
    () => mirror.addRemote('other', '/srv/other.git'),
    () => mirror.push('origin', run.id),
    () => mirror.fetch('origin', run.id),
    () => mirror.fetch('origin', 'all'),
  ]) {
    expect(await rejection(refused())).toMatchObject(refusal)
  }
  expect(git(directory, 'for-each-ref')).toBe(before)
  await mirror.close()
})

test('the program reads a mirror, and does not import into it', async () => {
  const { directory, run } = await cloned('--mirror')
  const ask = (...arguments_: string[]): ReturnType<typeof program> => program(['-C', directory, ...arguments_])
  expect(linesOf((await ask('runs', '--json')).stdout)).toMatchObject([{ id: run.id, sequence: 2 }])
  for (const command of [
    ['log', run.id],
    ['show', run.id],
    ['verify', run.id, '-m', 'tally.mjs'],
    ['export', run.id, '-o', 'mirrored.json'],
  ]) {
    expect(await ask(...command)).toMatchObject({ status: 0, stderr: '' })
  }
  const imported = await ask('import', 'mirrored.json', '-m', 'tally.mjs')
  expect(imported.status).toBe(1)
  expect(imported.stderr).toContain('is a mirror')
})

test('a plain clone says why it has no runs, and the command that it prints fetches them', async () => {
  const { directory, run } = await cloned()
  const none = await program(['-C', directory, 'runs'])
  expect([none.status, none.stdout]).toEqual([0, ''])
  const [, command = ''] = /fetch them with (git .*)\n/.exec(none.stderr) ?? []
  expect(command).toContain("fetch origin 'refs/runs/*:refs/runs/*' 'refs/snapshots/*:refs/snapshots/*'")
  for (const given of [run.id, run.id.slice(0, 6)]) {
    const log = await program(['-C', directory, 'log', given])
    expect(log.status).toBe(1)
    expect(log.stderr).toContain(command)
  }
  git(directory, 'fetch', '--quiet', 'origin', 'refs/runs/*:refs/runs/*', 'refs/snapshots/*:refs/snapshots/*')
  const some = await program(['-C', directory, 'runs', '--json'])
  expect(some.stderr).toBe('')
  expect(linesOf(some.stdout)).toMatchObject([{ id: run.id }])
})

test('a repository without a remote gives no such advice', async () => {
  const { directory } = await makeRepository(folder)
  const { status, stderr } = await program(['-C', directory, 'runs'])
  expect([status, stderr]).toEqual([0, `there are no runs in ${directory}\n`])
})
