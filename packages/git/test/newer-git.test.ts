/** What only newer versions of Git can do to a repository. Runs with each of them, and not with the oldest. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { folderOfGit, newerGits } from '../../../scripts/newer-git.ts'
import { add, askGit, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterEach(() => vi.unstubAllEnvs())
afterAll(() => folder.remove())

let counter = 0
const free = (): string => join(folder.path, `newer-${counter++}.git`)

/** Defaults that the user of this process has configured. */
function configure(lines: string): void {
  const home = mkdtempSync(join(folder.path, 'home-'))
  writeFileSync(join(home, '.gitconfig'), lines)
  vi.stubEnv('HOME', home)
}

test('a newer Git is tested than the oldest, and is at least what docs/git.md says', () => {
  const name = newerGits.find((one) => process.env['PATH']?.startsWith(folderOfGit(one)))
  const page = readFileSync(join(import.meta.dirname, '../../../docs/git.md'), 'utf8')
  const claimed = new RegExp(`^\\| \`${name}\` \\|.*\\| (\\d+)\\.(\\d+) or later \\|$`, 'm').exec(page) ?? []
  const tested = /^git version (\d+)\.(\d+)/.exec(git(folder.path, 'version')) ?? []
  const [least, found] = [claimed, tested].map(([, major, minor]) => Number(major) * 1000 + Number(minor))
  expect(least).toBeGreaterThan(2039)
  expect(found).toBeGreaterThanOrEqual(least as number)
})

test.each([
  ['init.defaultRefFormat', '[init]\n\tdefaultRefFormat = reftable\n', {}],
  ['feature.experimental', '[feature]\n\texperimental = true\n', {}],
  ['GIT_DEFAULT_REF_FORMAT', '', { GIT_DEFAULT_REF_FORMAT: 'reftable' }],
  [
    'the defaults of Git 3.0',
    '[init]\n\tdefaultRefFormat = reftable\n\tdefaultObjectFormat = sha256\n\tdefaultBranch = main\n[safe]\n\tbareRepository = explicit\n',
    { GIT_DEFAULT_REF_FORMAT: 'reftable', GIT_DEFAULT_HASH: 'sha256' },
  ],
])(
  'a new repository has its refs in files, and records, pushes, fetches and imports: %s',
  async (_what, lines, env) => {
    configure(lines)
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const here = await openRepository(free(), { create: true })
    const hub = await openRepository(free(), { create: true })
    expect(git(here.directory, 'rev-parse', '--show-ref-format', '--show-object-format')).toBe('files\nsha1')
    const run = tallyRun()
    run.in.send(add())
    expect(await here.record(run).stop()).toBe(1)
    await here.addRemote('hub', `file://${hub.directory}`)
    await here.push('hub', run.id)
    expect((await hub.find(run.id)).head).toBe(run.head)
    await hub.addRemote('back', here.directory)
    const other = createRun(tally)
    await here.import(other.toJSON(), { machine: tally })
    expect(await hub.fetch('back', 'all')).toMatchObject([{ error: undefined }, { error: undefined }])
    expect(git(hub.directory, 'fsck', '--strict')).toBe('')
  },
)

test('several make a repository at once, and each records into it', async () => {
  const directory = free()
  const made = await Promise.all(Array.from({ length: 5 }, () => openRepository(directory, { create: true })))
  const runs = made.map(() => tallyRun())
  await Promise.all(made.map((repository, at) => repository.record(runs[at]!).stop()))
  for (const { id } of runs) expect(git(directory, 'rev-parse', `refs/runs/tally/${id}`)).toBe(id)
})

test('a repository that was migrated to reftable is refused, and recorded into once it is migrated back as told', async () => {
  const { directory } = await makeRepository(folder)
  const run = tallyRun()
  await (await openRepository(directory)).record(run).stop()
  git(directory, 'refs', 'migrate', '--ref-format=reftable')
  const error = await rejection(openRepository(directory))
  expect(error).toMatchObject({ code: 'UNSUPPORTED_REPOSITORY' })
  const [, command = ''] = /call (git .* --ref-format=files)/.exec(error.message) ?? []
  execFileSync('sh', ['-c', command])
  const repository = await openRepository(directory)
  const opened = await repository.open(tally, run.id)
  opened.in.send(add())
  expect(await repository.record(opened).stop()).toBe(1)
  expect(git(directory, 'fsck', '--strict')).toBe('')
})

test('an unfinished repository with its refs in the format reftable is refused, and not broken', async () => {
  const directory = free()
  mkdirSync(directory)
  git(directory, 'init', '--quiet', '--bare', '--ref-format=reftable')
  writeFileSync(join(directory, 'xmachines-unfinished'), '')
  const error = await rejection(openRepository(directory, { create: true }))
  expect(error).toMatchObject({ code: 'UNSUPPORTED_REPOSITORY' })
  expect(git(directory, 'rev-parse', '--show-ref-format')).toBe('reftable')
})

test('a remote with its refs in the format reftable is pushed to and fetched from', async () => {
  const here = await makeRepository(folder)
  const there = await makeRepository(folder)
  const hub = free()
  mkdirSync(hub)
  git(hub, 'init', '--quiet', '--bare', '--ref-format=reftable')
  for (const one of [here, there]) await one.addRemote('hub', `file://${hub}`)
  const run = tallyRun()
  run.in.send(add())
  await here.record(run).stop()
  await here.keepSnapshot(run)
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
  expect(await there.fetch('hub', run.id)).toMatchObject({ head: run.head })
  // Somebody pushes less of it while this push is under way.
  git(hub, 'update-ref', `refs/runs/tally/${run.id}`, run.id)
  expect(await there.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
})

test('a repository is recorded into while the maintenance of a newer Git runs in it', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  for (const task of ['gc', 'pack-refs', 'incremental-repack', 'loose-objects', 'commit-graph']) {
    run.in.send(add())
    await recorder.flush()
    expect(askGit(repository.directory, 'maintenance', 'run', '--quiet', `--task=${task}`).status).toBe(0)
  }
  await recorder.stop()
  expect((await repository.verify(tally, run.id)).sequence).toBe(5)
  expect(git(repository.directory, 'fsck', '--strict')).toBe('')
})
