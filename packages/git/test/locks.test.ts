/** Locks that a killed git left: they are removed once they are old, and named while they may be somebody's. */
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { keepYoung } from './lock-age.ts'
import { add, askGit, git, makeFolder, makeRepository, rejection, type TallyRun, tallyRun } from './repositories.ts'
import { expectWarnings, warningsSoFar } from './warnings.ts'

const folder = makeFolder()
afterEach(() => {
  vi.unstubAllEnvs()
})
afterAll(() => folder.remove())

/** Puts a file where a lock is; it stays new, or was left a minute ago. */
function lock({ directory }: Repository, name: string, age: 'new' | 'old'): string {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  const then = Date.now() / 1000 - 60
  if (age === 'old') utimesSync(path, then, then)
  else keepYoung(path)
  return path
}

/** A repository, and a remote of it with some runs. */
async function two(count = 1): Promise<{ here: Repository; hub: Repository; runs: TallyRun[] }> {
  const [here, hub] = [await makeRepository(folder), await makeRepository(folder)]
  await here.addRemote('hub', `file://${hub.directory}`)
  const runs = Array.from({ length: count }, () => tallyRun())
  await Promise.all(runs.map((run) => (run.in.send(add()), hub.record(run).stop())))
  return { here, hub, runs }
}

const fetchedRef = ({ id }: TallyRun): string => `refs/fetched/hub/runs/tally/${id}`

test('a fetch removes the locks that killed ones left, on as many refs as there are, and says so', async () => {
  expectWarnings('XMACHINES_STALE_LOCK')
  const { here, runs } = await two(3)
  const locks = runs.map((run) => lock(here, `${fetchedRef(run)}.lock`, 'old'))
  expect(await here.fetch('hub', 'all')).toHaveLength(3)
  expect(locks.filter((path) => existsSync(path))).toEqual([])
  expect(await warningsSoFar()).toEqual([expect.stringMatching(/^removed .* and 2 more, which a killed/)])
  for (const run of runs) expect(git(here.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
})

test('what a plain git fetch leaves that was killed while it moved refs does not block a fetch later', async () => {
  const { here, runs } = await two(3)
  mkdirSync(join(here.directory, 'hooks'), { recursive: true })
  const hook = '#!/bin/sh\nif [ "$1" = prepared ]; then kill -9 $PPID; fi\n'
  writeFileSync(join(here.directory, 'hooks/reference-transaction'), hook, { mode: 0o755 })
  expect(askGit(here.directory, 'fetch', '--quiet', 'hub').status).toBe(null)
  const names = readdirSync(here.directory, { recursive: true, encoding: 'utf8' })
  const locks = names.filter((name) => name.endsWith('.lock')).map((name) => join(here.directory, name))
  expect(locks).not.toEqual([])
  for (const path of locks) keepYoung(path)
  const error = await rejection(here.fetch('hub', 'all'))
  expect(error).toMatchObject({
    code: 'REPOSITORY_LOCKED',
    message: expect.stringContaining('/refs/fetched/hub/runs/'),
  })
  for (const path of locks) utimesSync(path, 1, 1)
  expectWarnings('XMACHINES_STALE_LOCK')
  expect(await here.fetch('hub', 'all')).toHaveLength(3)
  for (const run of runs) expect(git(here.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
})

test.each([['packed-refs.lock'], ['packed-refs.new'], ['packed-refs.lock', 'packed-refs.new']])(
  'a fetch that removes refs also removes what a killed gc left: %s',
  async (...names) => {
    expectWarnings('XMACHINES_STALE_LOCK')
    const { here, hub, runs } = await two(2)
    await here.fetch('hub', 'all')
    git(here.directory, 'pack-refs', '--all')
    const [run] = runs as [TallyRun]
    git(hub.directory, 'update-ref', '-d', `refs/runs/tally/${run.id}`)
    const locks = names.map((name) => lock(here, name, 'old'))
    expect(await here.fetch('hub', 'all')).toHaveLength(1)
    expect(locks.filter((path) => existsSync(path))).toEqual([])
    expect(git(here.directory, 'for-each-ref', fetchedRef(run))).toBe('')
  },
)

test('a lock that is not old is named, with what to do, and nothing is removed', async () => {
  const { here, runs } = await two(2)
  const [one, other] = runs as [TallyRun, TallyRun]
  const held = lock(here, `${fetchedRef(one)}.lock`, 'new')
  const old = lock(here, `${fetchedRef(other)}.lock`, 'old')
  const error = await rejection(here.fetch('hub', 'all'))
  expect(error).toMatchObject({ name: 'GitError', code: 'REPOSITORY_LOCKED' })
  expect(error.message).toBe(
    `${held} is held by another process, or was left by one that was killed; try again: a lock older than 10 s is removed`,
  )
  expect([existsSync(held), existsSync(old)]).toEqual([true, true])
})

test('a lock that its owner gives up meanwhile is waited for', async () => {
  const { here, runs } = await two()
  const [run] = runs as [TallyRun]
  const name = `${fetchedRef(run)}.lock`
  // The remote is read by a program that ends the lock at the second try.
  const program = join(folder.path, 'upload-pack')
  const held = lock(here, name, 'new')
  const script = `#!/bin/sh\nif [ -e ${program}.once ]; then rm -f ${held}; fi\n: > ${program}.once\nexec git-upload-pack "$@"\n`
  writeFileSync(program, script, { mode: 0o755 })
  git(here.directory, 'config', 'remote.hub.uploadpack', program)
  expect(await here.fetch('hub', 'all')).toMatchObject([{ head: run.head, error: undefined }])
})

test('what is in the way of fetched refs, and is no lock, is told as what Git says', async () => {
  const { here, runs } = await two()
  await here.fetch('hub', 'all')
  git(here.directory, 'update-ref', '-d', fetchedRef(runs[0] as TallyRun))
  // A ref of this name leaves no room for the fetched ones.
  git(here.directory, 'update-ref', 'refs/fetched/hub/runs', (runs[0] as TallyRun).head)
  const error = await rejection(here.fetch('hub', 'all'))
  expect(error).toMatchObject({ code: 'GIT_FAILED', message: expect.stringContaining('below refs/fetched/hub/ in') })
})

test('a lock on the commit-graph does not fail a fetch, whatever the user wants written', async () => {
  const { here, runs } = await two()
  writeFileSync(join(folder.path, '.gitconfig'), '[fetch]\n\twriteCommitGraph = true\n')
  vi.stubEnv('HOME', folder.path)
  lock(here, 'objects/info/commit-graphs/commit-graph-chain.lock', 'new')
  expect(await here.fetch('hub', 'all')).toMatchObject([{ head: runs[0]!.head, error: undefined }])
})

test('repacking removes a lock on the commit-graph that a killed one left', async () => {
  const repository = await makeRepository(folder)
  expectWarnings('XMACHINES_STALE_LOCK')
  const left = lock(repository, 'objects/info/commit-graphs/commit-graph-chain.lock', 'old')
  const run = tallyRun()
  const recorder = repository.record(run)
  for (let at = 0; at < 60; at++) {
    run.in.send(add())
    await recorder.flush()
  }
  await repository.close()
  expect(existsSync(left)).toBe(false)
  expect(existsSync(join(repository.directory, 'objects/info/commit-graphs/commit-graph-chain'))).toBe(true)
})

test('a lock on HEAD, if HEAD points to the branch of the machine, is removed once it is old', async () => {
  const { directory } = await makeRepository(folder)
  git(directory, 'symbolic-ref', 'HEAD', 'refs/heads/machines/tally/1.0')
  const repository = await openRepository(directory)
  const held = lock(repository, 'HEAD.lock', 'new')
  const message = expect.stringContaining(held)
  const run = tallyRun()
  expect(await rejection(repository.record(run).flush())).toMatchObject({ code: 'REPOSITORY_LOCKED', message })
  lock(repository, 'HEAD.lock', 'old')
  expectWarnings('XMACHINES_STALE_LOCK')
  expect(await repository.record(run).stop()).toBe(0)
  expect(existsSync(held)).toBe(false)
})

test('several fetches of all runs at once do not fail, and neither do they with a prune at the same time', async () => {
  const { here, hub, runs } = await two(40)
  const others = await Promise.all(Array.from({ length: 4 }, () => openRepository(here.directory)))
  await Promise.all(others.map((repository) => repository.fetch('hub', 'all')))
  for (const { id } of runs.slice(0, 20)) git(hub.directory, 'update-ref', '-d', `refs/runs/tally/${id}`)
  const more = Array.from({ length: 20 }, () => tallyRun())
  await Promise.all(more.map((run) => hub.record(run).stop()))
  const fetched = await Promise.all(others.map((repository) => repository.fetch('hub', 'all')))
  expect(fetched.flat().filter(({ error }) => error !== undefined)).toEqual([])
  for (const run of more) expect(git(here.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
})
