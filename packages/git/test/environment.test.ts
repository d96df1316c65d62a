/** What a deployment sets in the environment reaches Git; what would change the repository does not. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { add, collect, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
afterEach(() => void vi.unstubAllEnvs())

/** A program for Git to call, which writes down its environment. */
function fakeProgram(name: string, then: string): { path: string; seen: () => string } {
  const [path, log] = [join(folder.path, name), join(folder.path, `${name}.log`)]
  writeFileSync(path, `#!/bin/sh\nenv > '${log}'\necho "called $*" >> '${log}'\n${then}\n`, { mode: 0o755 })
  return { path, seen: () => readFileSync(log, 'utf8') }
}

test('GIT_SSH_COMMAND is how a remote over ssh is reached, and what ssh needs reaches it', async () => {
  const there = await makeRepository(folder)
  // Instead of a connection, the command that is meant for the other side runs here.
  const ssh = fakeProgram('ssh', 'for last; do :; done; exec sh -c "$last"')
  vi.stubEnv('GIT_SSH_COMMAND', `'${ssh.path}' -p 2222`)
  vi.stubEnv('GIT_SSH_VARIANT', 'simple')
  vi.stubEnv('SSH_AUTH_SOCK', '/run/agent')
  vi.stubEnv('HTTPS_PROXY', 'http://proxy.example')
  vi.stubEnv('SSL_CERT_FILE', '/etc/certificates')
  vi.stubEnv('XDG_CONFIG_HOME', folder.path)
  const here = await makeRepository(folder)
  await here.addRemote('hub', `ssh://host${there.directory}`)
  const run = tallyRun()
  run.in.send(add())
  await here.record(run).stop()
  expect((await here.push('hub', run.id)).id).toBe(run.id)
  expect((await there.find(run.id)).head).toBe(run.head)
  const seen = ssh.seen()
  expect(seen).toContain('called -p 2222 host')
  for (const line of [
    'SSH_AUTH_SOCK=/run/agent',
    'HTTPS_PROXY=http://proxy.example',
    'SSL_CERT_FILE=/etc/certificates',
    `XDG_CONFIG_HOME=${folder.path}`,
  ]) {
    expect(seen.split('\n')).toContain(line)
  }
})

/** What Git is started with: a `git` on the PATH that writes down its environment. */
async function environmentOfGit(): Promise<Map<string, string>> {
  const bin = join(folder.path, 'bin')
  mkdirSync(bin, { recursive: true })
  const log = join(folder.path, 'git.log')
  const real = `${process.env['PATH']}`
  writeFileSync(join(bin, 'git'), `#!/bin/sh\nenv > '${log}'\nPATH='${real}' exec git "$@"\n`, { mode: 0o755 })
  vi.stubEnv('PATH', `${bin}:${real}`)
  const repository = await openRepository(join(folder.path, 'asked.git'), { create: true })
  await collect(repository.runs())
  await repository.close()
  return new Map(
    readFileSync(log, 'utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

describe('a variable', () => {
  test.each([
    ['GIT_SSH', '/bin/ssh'],
    ['GIT_ASKPASS', '/bin/askpass'],
    ['GIT_SSL_CAINFO', '/etc/ca'],
    ['GIT_SSL_CAPATH', '/etc/cas'],
    ['GIT_SSL_CERT', '/etc/cert'],
    ['GIT_SSL_KEY', '/etc/key'],
    ['GIT_PROXY_COMMAND', '/bin/proxy'],
    ['GIT_PROXY_SSL_CAINFO', '/etc/ca'],
    ['GIT_HTTP_PROXY_AUTHMETHOD', 'basic'],
    ['GIT_HTTP_USER_AGENT', 'me'],
    ['GIT_CONFIG_NOSYSTEM', '1'],
    ['GIT_TRACE', '/dev/null'],
    ['GIT_TRACE2_EVENT', '/dev/null'],
    ['GIT_TRACE_REDACT', '0'],
    ['http_proxy', 'http://proxy.example'],
    ['NO_PROXY', 'example.com'],
  ])('%s reaches Git', async (name, value) => {
    vi.stubEnv(name, value)
    expect((await environmentOfGit()).get(name)).toBe(value)
  })

  test.each([
    ['GIT_DIR', '/nowhere'],
    ['GIT_COMMON_DIR', '/nowhere'],
    ['GIT_WORK_TREE', '/nowhere'],
    ['GIT_INDEX_FILE', '/nowhere'],
    ['GIT_OBJECT_DIRECTORY', '/nowhere'],
    ['GIT_ALTERNATE_OBJECT_DIRECTORIES', '/nowhere'],
    ['GIT_NAMESPACE', 'other'],
    ['GIT_REPLACE_REF_BASE', 'refs/other/'],
    ['GIT_CONFIG', '/nowhere'],
    ['GIT_CONFIG_PARAMETERS', "'core.bare'='true'"],
    ['GIT_DEFAULT_HASH', 'sha256'],
    ['GIT_TRACE', '1'],
    ['GIT_CURL_VERBOSE', '1'],
  ])('%s does not', async (name, value) => {
    vi.stubEnv(name, value)
    expect((await environmentOfGit()).has(name)).toBe(false)
  })
})

test('settings in the environment count, but not against those that runs rely on', async () => {
  const settings = [
    ['user.name', 'Somebody'],
    ['core.commitGraph', 'true'],
    ['core.hooksPath', folder.path],
  ]
  vi.stubEnv('GIT_CONFIG_COUNT', String(settings.length))
  for (const [at, [key = '', value = '']] of settings.entries()) {
    vi.stubEnv(`GIT_CONFIG_KEY_${at}`, key)
    vi.stubEnv(`GIT_CONFIG_VALUE_${at}`, value)
  }
  const hook = fakeProgram('reference-transaction', 'exit 1')
  const repository = await makeRepository(folder)
  const run = tallyRun()
  expect(await repository.record(run).stop()).toBe(0)
  expect(() => hook.seen()).toThrow()
  expect((await environmentOfGit()).get('GIT_CONFIG_KEY_0')).toBe('user.name')
})

test('only protocols that the environment allows are used', async () => {
  vi.stubEnv('GIT_ALLOW_PROTOCOL', 'https:ext')
  const there = await makeRepository(folder)
  const here = await makeRepository(folder)
  await here.addRemote('hub', there.directory)
  const error = await rejection(here.fetch('hub', 'all'))
  expect(error).toMatchObject({ code: 'REMOTE_FAILED' })
  expect((await environmentOfGit()).get('GIT_ALLOW_PROTOCOL')).toBe('https')
})

test('a run is read the same with traces on', async () => {
  vi.stubEnv('GIT_TRACE', '2')
  vi.stubEnv('GIT_TRACE_SETUP', '1')
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  expect((await repository.open(tally, run.id)).head).toBe(run.head)
  expect(git(repository.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
})
