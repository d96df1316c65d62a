/** Whatever clock and input a run was created with, the repository takes it on every way in; and no other genesis. */
import { spawnSync } from 'node:child_process'
import { createRun, replayRun, restoreRun } from '@xmachines/core'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { add, collect, git, makeFolder, makeRepository, rejection, tally } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
afterEach(() => vi.restoreAllMocks())

const MOST = 2 ** 33 - 1

test.each([
  ['before 1970', -86_400_000, 0],
  ['in 2300', Date.UTC(2300, 0), MOST],
  ['that is not a number', Number.NaN, 0],
])('a run of a clock %s is recorded, opened, imported and fetched', async (_title, milliseconds, createdAt) => {
  const [here, there, third] = [
    await makeRepository(folder),
    await makeRepository(folder),
    await makeRepository(folder),
  ]
  const clock = vi.spyOn(Date, 'now').mockReturnValue(milliseconds)
  const run = createRun(tally, { input: { start: 1 } })
  clock.mockRestore()
  for (let at = 0; at < 3; at++) run.in.send(add(at))
  await here.record(run).stop()
  expect(run.genesis.createdAt).toBe(createdAt)
  expect(await here.find(run.id)).toMatchObject({ id: run.id, head: run.head, sequence: 3, createdAt })
  expect((await collect(here.runs())).map((found) => found.createdAt)).toEqual([createdAt])
  const opened = await here.open(tally, run.id)
  expect([opened.id, opened.head, opened.genesis]).toEqual([run.id, run.head, run.genesis])
  expect((await here.verify(tally, run.id)).sequence).toBe(3)

  const records = await collect(here.history(run.id))
  expect(records).toEqual(run.toJSON().records)
  expect(restoreRun([tally], records).head).toBe(run.head)
  expect(replayRun(tally, records).head).toBe(run.head)
  expect(await there.import(run.toJSON(), { machine: tally })).toMatchObject({ id: run.id, head: run.head })
  await third.addRemote('here', here.directory)
  expect(await third.fetch('here', run.id)).toMatchObject({ head: run.head, sequence: 3, error: undefined })
  expect((await third.open(tally, run.id)).head).toBe(run.head)
  for (const { directory } of [here, there, third]) expect(git(directory, 'fsck', '--strict')).toBe('')
})

/** Writes the commit of a genesis by hand, and makes it a run. */
function forge(directory: string, commit: string): string {
  const arguments_ = ['-C', directory, 'hash-object', '-t', 'commit', '-w', '--stdin']
  const id = spawnSync('git', arguments_, { input: `${commit}\n`, encoding: 'utf8' }).stdout.trim()
  git(directory, 'update-ref', `refs/runs/tally/${id}`, id)
  return id
}

describe('a genesis that createRun does not make', () => {
  test.each([MOST + 1, 2 ** 40])('because of its date, %d, is refused on every way out', async (createdAt) => {
    const repository = await makeRepository(folder)
    const run = createRun(tally, { input: { start: 1 } })
    await repository.record(run).stop()
    const commit = git(repository.directory, 'cat-file', 'commit', run.id)
    const id = forge(repository.directory, commit.replaceAll(/\d+ \+0000$/gm, `${createdAt} +0000`))
    const expected = { code: 'OBJECT_CORRUPT', message: expect.stringContaining(`createdAt is ${createdAt}`) }
    expect(await rejection(repository.open(tally, id))).toMatchObject(expected)
    expect(await rejection(repository.verify(tally, id))).toMatchObject(expected)
    expect(await rejection(collect(repository.history(id)))).toMatchObject(expected)
    const other = await makeRepository(folder)
    await other.addRemote('here', repository.directory)
    expect(String((await rejection(other.fetch('here', id))).message)).toMatch(/createdAt|corrupt/)
  })
})
