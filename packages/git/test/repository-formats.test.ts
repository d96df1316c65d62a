/** Extensions of Git's repository format: which are supported, and what an error says about the others. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, expect, test } from 'vitest'
import { add, git, makeFolder, makeRepository, rejection, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

let counter = 0

/** A repository whose configuration says which extensions it has, whether or not it has them. */
function withExtensions(lines: readonly string[], { version = 1, bare = true } = {}): string {
  const directory = join(folder.path, `formats-${counter++}`)
  execFileSync('git', ['init', '--quiet', ...(bare ? ['--bare'] : []), directory])
  const config = join(directory, bare ? 'config' : '.git/config')
  const before = readFileSync(config, 'utf8').replace(/repositoryformatversion = \d/, '')
  const core = `[core]\n\trepositoryformatversion = ${version}\n`
  writeFileSync(config, `${before}${core}[extensions]\n${lines.map((line) => `\t${line}\n`).join('')}`)
  return directory
}

test.each([true, false])('refs in the format reftable are refused, with a way out (bare: %s)', async (bare) => {
  const directory = withExtensions(['refStorage = reftable'], { bare })
  for (const create of [false, true]) {
    const error = await rejection(openRepository(directory, { create }))
    expect(error).toMatchObject({ name: 'GitError', code: 'UNSUPPORTED_REPOSITORY' })
    expect(error.message).toBe(
      `${directory} stores its refs as reftable, and runs are recorded with refs in files only; while nobody else uses ` +
        `it, call git -C ${directory} refs migrate --ref-format=files, with Git 2.46 or newer`,
    )
  }
})

test('refs in the format reftable are refused in a linked worktree of the repository', async () => {
  const directory = withExtensions([], { bare: false })
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@b']
  git(directory, ...author, 'commit', '--quiet', '--allow-empty', '-m', 'one')
  const linked = join(folder.path, 'linked')
  git(directory, 'worktree', 'add', '--quiet', linked)
  expect((await openRepository(linked)).directory).toBe(linked)
  appendFileSync(join(directory, '.git/config'), '\trefStorage = reftable\n')
  const error = await rejection(openRepository(linked))
  expect(error).toMatchObject({ code: 'UNSUPPORTED_REPOSITORY', message: expect.stringContaining('reftable') })
})

test.each([
  ['refs somewhere else', 'refStorage = files:///srv/refs', 'stores its refs as files:///srv/refs'],
  ['a second object format', 'compatObjectFormat = sha256', 'translates its objects to the format sha256'],
  ['a later extension', 'fromTheFuture = true', 'has the extension fromthefuture'],
  ['a later extension without a value', 'fromTheFuture', 'has the extension fromthefuture'],
])('a repository with %s is refused', async (_what, line, why) => {
  const error = await rejection(openRepository(withExtensions([line])))
  expect(error).toMatchObject({ code: 'UNSUPPORTED_REPOSITORY', message: expect.stringContaining(why) })
})

test('a later version of the format is refused', async () => {
  const error = await rejection(openRepository(withExtensions([], { version: 2 })))
  expect(error).toMatchObject({
    code: 'UNSUPPORTED_REPOSITORY',
    message: expect.stringContaining("version 2 of Git's"),
  })
})

test.each([
  [['noop = 1'], 1],
  [['worktreeConfig = true'], 1],
  [['preciousObjects = true'], 1],
  [['objectFormat = sha1'], 1],
  // Git ignores what it does not know in version 0.
  [['fromTheFuture = true'], 0],
])('a repository with the extension %j in version %i of the format is recorded into', async (lines, version) => {
  const directory = withExtensions(lines, { version })
  const run = tallyRun()
  await (await openRepository(directory)).record(run).stop()
  expect(git(directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
})

test('an extension that the installed Git does not know, but a newer one does, asks for that', async () => {
  const directory = withExtensions(['relativeWorktrees = true'])
  const opened = await openRepository(directory).catch((thrown: unknown) => thrown)
  const [, minor] = /^git version 2\.(\d+)/.exec(git(folder.path, 'version')) ?? []
  if (Number(minor) < 48) {
    const message = expect.stringMatching(
      /relativeworktrees, and the installed Git cannot open it: install a newer Git/,
    )
    expect(opened).toMatchObject({ code: 'UNSUPPORTED_REPOSITORY', message })
  } else expect(opened).toMatchObject({ directory })
})

test('packs of a repository from which another one borrows objects are never removed', async () => {
  const { directory } = await makeRepository(folder)
  git(directory, 'config', 'core.repositoryFormatVersion', '1')
  git(directory, 'config', 'extensions.preciousObjects', 'true')
  const repository = await openRepository(directory)
  const run = tallyRun()
  const recorder = repository.record(run)
  for (let at = 0; at < 60; at++) {
    run.in.send(add())
    await recorder.flush()
  }
  await repository.close()
  expect(readdirSync(join(directory, 'objects/pack')).filter((name) => name.endsWith('.pack'))).toHaveLength(60)
})

test('a folder that is not a repository is not taken for one with a format', async () => {
  const directory = join(folder.path, 'no-repository')
  mkdirSync(directory)
  writeFileSync(join(directory, 'config'), 'this is [not a configuration')
  expect(await rejection(openRepository(directory))).toMatchObject({ code: 'NOT_A_REPOSITORY' })
})
