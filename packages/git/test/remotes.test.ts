/** Which names and urls a remote may have, and how it is configured. */
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { git, makeFolder, makeRepository, rejection, tallyRun } from './repositories.ts'

const folder = makeFolder()
let any: Repository
beforeAll(async () => {
  any = await makeRepository(folder)
})
afterAll(() => folder.remove())

test.each([
  ['an option', '--upload-pack=touch'],
  ['a path', '../hub'],
  ['empty', ''],
  ['a name with a slash', 'a/b'],
  ['a name with two dots', 'a..b'],
  ['a name that ends as locks do', 'a.lock'],
  ['HEAD', 'HEAD'],
  ['a name with a line end', 'hub\n'],
  ['no text', 1],
])('a name is refused: %s', async (_what, name) => {
  expect(await rejection(any.addRemote(name as string, 'https://example.org/x'))).toBeInstanceOf(TypeError)
  expect(await rejection(any.fetch(name as string, 'all'))).toBeInstanceOf(TypeError)
  expect(await rejection(any.push(name as string, '0'.repeat(40)))).toBeInstanceOf(TypeError)
})

test.each([
  ['an option', '--upload-pack=touch /tmp/x', 'dash'],
  ['a program as its transport', 'ext::sh -c touch% /tmp/x', 'program'],
  ['an unknown scheme', 'ftp://example.org/x', 'ftp'],
  ['a host that is an option', 'ssh://-oProxyCommand=touch/x', 'dash'],
  ['a user at a host that is an option', 'me@-oProxyCommand=touch:x', 'working folder'],
  ['a path of the working folder', '../hub.git', 'working folder'],
  ['a line end', 'https://example.org/x\n[core]', 'control'],
  ['empty', '', 'empty'],
  ['no text', undefined, 'undefined'],
])('a url is refused: %s', async (_what, url, why) => {
  const error = await rejection(any.addRemote('hub', url as string))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toContain(why)
})

test('a remote is configured so that a plain fetch lands beside the runs', async () => {
  const repository = await makeRepository(folder)
  const url = 'https://me:secret@example.org/runs.git'
  await repository.addRemote('hub.1', url)
  await repository.addRemote('hub.1', url)
  await repository.addRemote('two', 'git@example.org:runs.git')
  await repository.addRemote('three', '/srv/runs.git')
  expect(git(repository.directory, 'config', '--get-regexp', 'remote.hub.1').split('\n')).toEqual([
    'remote.hub.1.tagopt --no-tags',
    'remote.hub.1.fetch +refs/runs/*:refs/fetched/hub.1/runs/*',
    'remote.hub.1.fetch +refs/snapshots/*:refs/fetched/hub.1/snapshots/*',
    `remote.hub.1.url ${url}`,
  ])
  const error = await rejection(repository.addRemote('hub.1', 'https://example.org/other.git'))
  expect(error).toMatchObject({ code: 'REMOTE_MISMATCH', message: expect.stringContaining('https://…@example.org') })
  expect(error.message).not.toContain('secret')
  // The repository is not a mirror: runs can be recorded into it.
  await (await openRepository(repository.directory)).record(tallyRun()).stop()
})

test('a remote that does not exist, or has several urls, is reported', async () => {
  const repository = await makeRepository(folder)
  const { id } = tallyRun()
  expect(await rejection(repository.fetch('objects', id))).toMatchObject({ code: 'REMOTE_MISSING' })
  expect(await rejection(repository.push('objects', id))).toMatchObject({ code: 'REMOTE_MISSING' })
  await repository.addRemote('hub', '/srv/runs.git')
  git(repository.directory, 'config', 'remote.hub.pushurl', '/srv/other.git')
  expect(await rejection(repository.push('hub', id))).toMatchObject({ code: 'REMOTE_MISMATCH' })
})

test('a remote that cannot be reached is reported, without the secrets in its url', async () => {
  const repository = await makeRepository(folder)
  await repository.addRemote('hub', 'http://me:secret@127.0.0.1:1/runs.git')
  const error = await rejection(repository.fetch('hub', 'all'))
  expect(error).toMatchObject({ code: 'REMOTE_FAILED' })
  expect(error.message).not.toContain('secret')
})
