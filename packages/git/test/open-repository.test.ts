/** Which directories are opened as a repository, which are made, and which are refused. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { add, collect, git, makeFolder, makeRepository, rejection, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const at = (name: string): string => join(folder.path, name)
const init = (name: string, ...more: string[]): string => {
  execFileSync('git', ['init', '--quiet', ...more, at(name)])
  return at(name)
}

describe('a new repository', () => {
  test.each(['sha1', 'sha256'] as const)(
    'is bare, of the format %s, and refuses rewinds and deletions',
    async (format) => {
      const { directory } = await openRepository(at(`made-${format}.git`), { create: true, format })
      expect(git(directory, 'rev-parse', '--is-bare-repository', '--show-object-format')).toBe(`true\n${format}`)
      for (const key of ['receive.denyNonFastForwards', 'receive.denyDeletes', 'transfer.fsckObjects']) {
        expect(git(directory, 'config', '--bool', key)).toBe('true')
      }
    },
  )

  test('is opened, not made again, the second time', async () => {
    const one = await openRepository(at('twice.git'), { create: true })
    const other = await openRepository(at('twice.git'), { create: true })
    expect(other.directory).toBe(one.directory)
  })

  test('points its HEAD to the branch of the first machine once there is one', async () => {
    const repository = await makeRepository(folder)
    expect(git(repository.directory, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
    const run = tallyRun()
    await repository.record(run).flush()
    expect(git(repository.directory, 'symbolic-ref', 'HEAD')).toBe('refs/heads/machines/tally/1.0')
    expect(git(repository.directory, 'rev-parse', 'HEAD')).toBe(run.genesis.machine.oid)
  })
})

describe('an existing directory', () => {
  test.each([[], ['--bare']])('is opened, ordinary or bare: %s', async (...more) => {
    const directory = init(`there${more.join('')}`, ...more)
    const repository = await openRepository(directory)
    const run = tallyRun()
    run.in.send(add())
    await repository.record(run).flush()
    expect(git(directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
    // The HEAD of an ordinary repository belongs to its owner.
    const head = git(directory, 'symbolic-ref', 'HEAD')
    if (more.length === 0) expect(head).toMatch(/^refs\/heads\/(main|master)$/)
    else expect(head).toBe('refs/heads/machines/tally/1.0')
  })

  test.each([
    ['is missing', () => at('nowhere'), 'NOT_A_REPOSITORY'],
    ['is an empty folder', () => (mkdirSync(at('empty')), at('empty')), 'NOT_A_REPOSITORY'],
    ['lies inside a repository', () => (mkdirSync(join(init('around'), 'sub')), at('around/sub')), 'NOT_A_REPOSITORY'],
    ['lies inside a bare one', () => join(init('bare.git', '--bare'), 'objects'), 'NOT_A_REPOSITORY'],
  ])('is refused if it %s', async (_why, place, code) => {
    const error = await rejection(openRepository(place()))
    expect(error).toMatchObject({ name: 'GitError', code })
  })

  test('is refused with advice if it is missing or a file', async () => {
    const missing = await rejection(openRepository(at('nowhere')))
    expect(missing.message).toBe(`${at('nowhere')} does not exist; { create: true } makes a repository there`)
    writeFileSync(at('file'), '')
    for (const create of [false, true]) {
      const error = await rejection(openRepository(at('file'), { create }))
      expect(error).toMatchObject({ code: 'NOT_A_REPOSITORY' })
      expect(error.message).toBe(`${at('file')} is a file; give the directory of a repository`)
    }
  })

  test('is refused if it has another format', async () => {
    const error = await rejection(openRepository(init('other', '--bare'), { format: 'sha256' }))
    expect(error).toMatchObject({ code: 'FORMAT_MISMATCH' })
  })

  test('is not made where something else is', async () => {
    mkdirSync(at('full'))
    writeFileSync(at('full/file'), '')
    expect(await rejection(openRepository(at('full'), { create: true }))).toMatchObject({ code: 'NOT_A_REPOSITORY' })
  })

  test('is not made if the path cannot be', async () => {
    writeFileSync(at('file'), '')
    const error = await rejection(openRepository(at('file/r.git'), { create: true }))
    expect(error).toMatchObject({ name: 'GitError', message: expect.stringContaining(at('file/r.git')) })
    expect(await rejection(openRepository(at('two\nlines.git'), { create: true }))).toBeInstanceOf(TypeError)
  })

  test('is opened even if the owner forbids Git to look for bare repositories', async () => {
    const home = mkdtempSync(join(folder.path, 'home-'))
    writeFileSync(join(home, '.gitconfig'), '[safe]\n\tbareRepository = explicit\n')
    vi.stubEnv('HOME', home)
    const repository = await openRepository(at('explicit.git'), { create: true })
    const run = tallyRun()
    await repository.record(run).stop()
    vi.unstubAllEnvs()
    expect((await repository.find(run.id)).head).toBe(run.head)
  })

  test('is refused if it is shallow or partial', async () => {
    const source = init('source')
    git(source, '-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'one')
    git(source, '-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'two')
    git(source, 'config', 'uploadpack.allowFilter', 'true')
    for (const [name, ...how] of [
      ['shallow', '--depth=1'],
      ['partial', '--filter=blob:none'],
    ] as const) {
      execFileSync('git', ['clone', '--quiet', ...how, `file://${source}`, at(`cloned-${name}`)])
      const error = await rejection(openRepository(at(`cloned-${name}`)))
      expect(error).toMatchObject({ code: 'UNSUPPORTED_REPOSITORY', message: expect.stringContaining(name) })
    }
  })
})

describe('the configuration of a remote', () => {
  test.each([
    ['mirror', 'yes'],
    ['mirror', 'On'],
    ['mirror', '1'],
    ['mirror', '2k'],
    ['mirror', undefined],
    ['fetch', '+refs/*:refs/*'],
    ['fetch', '*:*'],
    ['fetch', '+refs/r*:refs/r*'],
    ['fetch', 'refs/runs/*:refs/runs/*'],
    ['fetch', '+refs/runs/tally/*:refs/runs/tally/*'],
    ['fetch', '+refs/x/*:refs/snapshots/*'],
    ['fetch', '+refs/heads/*:refs/heads/*'],
    ['fetch', '+refs/heads/main:machines/tally/1'],
    ['fetch', '+refs/heads/main:heads/machines/tally/1'],
  ])('%s = %s is not recorded into, because a fetch would move recorded runs', async (key, value) => {
    const { directory } = await makeRepository(folder)
    const line = value === undefined ? key : `${key} = ${value}`
    appendFileSync(join(directory, 'config'), `[remote "other"]\n\turl = /srv/other.git\n\t${line}\n`)
    const mirror = await openRepository(directory)
    expect(await collect(mirror.runs())).toEqual([])
    const message = expect.stringContaining(`mirror (remote.other.${key})`)
    const refusal = expect.objectContaining({ code: 'UNSUPPORTED_REPOSITORY', message })
    expect(() => mirror.record(tallyRun())).toThrow(refusal)
  })

  test.each([
    ['mirror', 'no'],
    ['mirror', '0'],
    ['mirror', ''],
    ['promisor', 'false'],
    ['fetch', '+refs/heads/*:refs/remotes/origin/*'],
    ['fetch', '+refs/runs/*:refs/fetched/origin/runs/*'],
    ['fetch', '^refs/heads/*'],
    ['fetch', 'refs/runs/*'],
    ['fetch', 'refs/heads/main:main'],
    ['fetch', 'refs/tags/*:refs/tags/*'],
  ])('%s = %s is accepted', async (key, value) => {
    const { directory } = await makeRepository(folder)
    git(directory, 'config', `remote.other.${key}`, value)
    const repository = await openRepository(directory)
    expect(await repository.record(tallyRun()).stop()).toBe(0)
  })
})

describe('the environment', () => {
  const before = { ...process.env }
  afterEach(() => {
    for (const name of ['GIT_DIR', 'GIT_OBJECT_DIRECTORY', 'GIT_CONFIG_COUNT']) delete process.env[name]
    Object.assign(process.env, before)
  })

  test('does not change which repository is opened', async () => {
    const other = init('elsewhere', '--bare')
    process.env['GIT_DIR'] = other
    process.env['GIT_OBJECT_DIRECTORY'] = join(other, 'objects')
    const repository = await makeRepository(folder)
    const run = tallyRun()
    await repository.record(run).flush()
    for (const name of ['GIT_DIR', 'GIT_OBJECT_DIRECTORY']) delete process.env[name]
    expect(git(repository.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.id)
    expect(git(other, 'for-each-ref')).toBe('')
  })
})

test.each([[''], [1], ['a\0b']])('a directory that is not a path is refused: %j', async (directory) => {
  await expect(openRepository(directory as string)).rejects.toThrow(TypeError)
})
