/** Pushes that are refused, lose a race or break off: their result is read from the remote. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Repository } from '@xmachines/git'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type GitServer, serveGit } from './git-server.ts'
import {
  add,
  askGit,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyRun,
  tally,
  tallyRun,
} from './repositories.ts'

const folder = makeFolder()
let server: GitServer
let here: Repository
let hub: Repository
let run: TallyRun
beforeAll(async () => {
  server = await serveGit(folder.path)
})
beforeEach(async () => {
  server.onRequest = () => undefined
  here = await makeRepository(folder)
  hub = await makeRepository(folder)
  await here.addRemote('hub', `${server.url}/${basename(hub.directory)}`)
  run = tallyRun()
  for (let at = 0; at < 3; at++) run.in.send(add())
  await here.record(run).stop()
})
afterAll(async () => {
  await server.kill()
  folder.remove()
})

const refOf = ({ id }: TallyRun): string => `refs/runs/tally/${id}`
const atHub = (): string => askGit(hub.directory, 'rev-parse', '--verify', '--quiet', refOf(run)).stdout.trim()
const isPush = (url: string | undefined, method: string | undefined): boolean =>
  method === 'POST' && url?.endsWith('/git-receive-pack') === true

/** Does something the next time that a push arrives, before it is taken. */
function onceAtPush(doing: () => 'before' | 'after' | undefined): void {
  server.onRequest = ({ url, method }) => {
    if (!isPush(url, method)) return undefined
    server.onRequest = () => undefined
    return doing()
  }
}

function hook(repository: Repository, name: string, script: string): void {
  mkdirSync(join(repository.directory, 'hooks'), { recursive: true })
  const path = join(repository.directory, 'hooks', name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

test('a rejection is reported with the reason of the remote', async () => {
  hook(hub, 'pre-receive', 'echo no runs on fridays >&2; exit 1')
  const error = await rejection(here.push('hub', run.id))
  expect(error).toMatchObject({ code: 'REMOTE_REJECTED', run: run.id, message: expect.stringContaining('fridays') })
  expect(atHub()).toBe('')
})

test('a remote that refuses snapshots still has the run, and the refusal is reported', async () => {
  await here.keepSnapshot(run)
  hook(hub, 'update', 'case "$1" in refs/snapshots/*) exit 1;; esac')
  const error = await rejection(here.push('hub', run.id))
  expect(error).toMatchObject({ code: 'REMOTE_REJECTED', message: expect.stringContaining('refs/snapshots/tally') })
  expect(atHub()).toBe(run.head)
})

test('many snapshots are pushed at once, and those that the remote has are not pushed again', async () => {
  const recorder = here.record(run)
  for (let at = 0; at < 110; at++) {
    run.in.send(add())
    await here.keepSnapshot(run)
  }
  await recorder.stop()
  let pushes = 0
  server.onRequest = ({ url, method }) => void (pushes += isPush(url, method) ? 1 : 0)
  await here.push('hub', run.id)
  expect(await hub.snapshots(run.id)).toEqual(await here.snapshots(run.id))
  expect(pushes).toBe(2)
  server.onRequest = ({ url }) => void (pushes += url?.endsWith('service=git-receive-pack') === true ? 1 : 0)
  await here.push('hub', run.id)
  expect(pushes).toBe(3)
})

test('snapshots of another history are not pushed, however many there are', async () => {
  const { oid } = await here.keepSnapshot(run)
  const under = `refs/snapshots/tally/${run.id}/`
  const lines = Array.from({ length: 20_000 }, (_, at) => `${oid} ${under}${at}\n`)
  writeFileSync(join(here.directory, 'packed-refs'), lines.join(''))
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
  expect(git(hub.directory, 'for-each-ref', '--format=%(refname)', 'refs/snapshots')).toBe(`${under}3`)
})

test('a remote that hides the refs of runs rejects them', async () => {
  git(hub.directory, 'config', 'receive.hideRefs', 'refs/runs')
  const error = await rejection(here.push('hub', run.id))
  expect(error).toMatchObject({ code: 'REMOTE_REJECTED', message: expect.stringContaining('hidden ref') })
})

test('push options in a configuration do not apply to runs', async () => {
  git(here.directory, 'config', 'push.pushOption', 'ci.skip')
  git(here.directory, 'config', 'push.followTags', 'true')
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
})

test('hooks of this repository are not run', async () => {
  hook(here, 'pre-push', 'exit 1')
  await here.push('hub', run.id)
  expect(atHub()).toBe(run.head)
})

test('a push whose answer is lost is found to have arrived', async () => {
  onceAtPush(() => 'after')
  expect(await here.push('hub', run.id)).toMatchObject({ head: run.head, sequence: 3, remoteHead: run.head })
})

test('a push that is lost on its way is found to be missing', async () => {
  // Each time, because the transport tries again by itself.
  server.onRequest = ({ url, method }) => (isPush(url, method) ? 'before' : undefined)
  expect(await rejection(here.push('hub', run.id))).toMatchObject({ code: 'REMOTE_FAILED' })
  expect(atHub()).toBe('')
  server.onRequest = () => undefined
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
})

test('if the server is killed during a push, the next push finds out the result', async () => {
  let killed: Promise<void> | undefined
  hook(hub, 'post-receive', 'exit 0')
  onceAtPush(() => {
    // Once the server works on the push, at any point.
    setImmediate(() => {
      killed = server.kill()
    })
    return undefined
  })
  const error = await rejection(here.push('hub', run.id))
  expect(error).toMatchObject({ code: 'REMOTE_FAILED', run: run.id, message: expect.stringContaining('not known') })
  await killed
  await server.start()
  expect(await here.push('hub', run.id)).toMatchObject({ head: run.head, remoteHead: run.head })
  expect(git(hub.directory, 'rev-list', '--count', refOf(run), `^${run.id}`)).toBe('3')
})

test('a push that lost a race to an earlier batch of the run is repeated', async () => {
  await here.push('hub', run.id)
  git(hub.directory, 'update-ref', refOf(run), run.id)
  // Another process pushes less of it in between.
  onceAtPush(() => (git(hub.directory, 'update-ref', refOf(run), `${run.head}^`), undefined))
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
  expect(atHub()).toBe(run.head)
})

test('a push that lost a race to the same history, or to a continuation of it, counts as made', async () => {
  await here.push('hub', run.id)
  git(hub.directory, 'update-ref', refOf(run), run.id)
  onceAtPush(() => (git(hub.directory, 'update-ref', refOf(run), run.head), undefined))
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })

  const there = await makeRepository(folder)
  await there.addRemote('hub', `file://${hub.directory}`)
  await there.fetch('hub', run.id)
  const theirs = await there.open(tally, run.id)
  theirs.in.send(add(9))
  await there.record(theirs).stop()
  git(hub.directory, 'fetch', '--quiet', there.directory, refOf(run))
  git(hub.directory, 'update-ref', refOf(run), run.id)
  onceAtPush(() => (git(hub.directory, 'update-ref', refOf(run), theirs.head), undefined))
  expect(await here.push('hub', run.id)).toMatchObject({ head: run.head, sequence: 3, remoteHead: theirs.head })
  expect(git(here.directory, 'rev-parse', refOf(run))).toBe(run.head)
})

test('a machine branch that somebody moved at the remote is reported', async () => {
  await here.push('hub', run.id)
  git(hub.directory, 'update-ref', 'refs/heads/machines/tally/1.0', run.id)
  const error = await rejection(here.push('hub', run.id))
  expect(error).toMatchObject({ code: 'HISTORY_DIVERGED', message: expect.stringContaining('machines/tally/1.0') })
})

/** A remote that is reached without the server, and whose Git says something else about each ref that it did not take. */
function withOtherWords(): void {
  const program = join(folder.path, 'receive-pack')
  const script = `#!${process.execPath}
const child = require('node:child_process').spawn('git-receive-pack', process.argv.slice(2), { stdio: ['inherit', 'pipe', 'inherit'] })
child.stdout.on('data', (data) => {
  const text = data.toString('latin1')
  process.stdout.write(Buffer.from(text.replace(/(ng \\S+ )([^\\n]*)/g, (all, ng, why) => ng + '?'.repeat(why.length)), 'latin1'))
})
child.on('close', (status) => process.exit(status))
`
  writeFileSync(program, script, { mode: 0o755 })
  git(here.directory, 'config', 'remote.local.receivepack', program)
}

/** A line of a hook that counts how often it is called. */
const counting = 'echo >> "$PWD/calls"'
const calls = (): number => readFileSync(join(hub.directory, 'calls'), 'utf8').length
/** A line of a hook that runs Git outside of the quarantine of the push. */
const unquarantined = 'env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES git'

test.each([
  ['was moved', () => `${unquarantined} update-ref ${refOf(run)} ${run.head}^`],
  ['was deleted', () => `${unquarantined} update-ref -d ${refOf(run)}`],
])('a push whose ref %s meanwhile is repeated, whatever the remote says about it', async (_how, line) => {
  await here.addRemote('local', `file://${hub.directory}`)
  await here.push('local', run.id)
  git(hub.directory, 'update-ref', refOf(run), run.id)
  withOtherWords()
  hook(hub, 'pre-receive', `if [ ! -e moved ]; then : > moved; ${line()}; fi`)
  expect(await here.push('local', run.id)).toMatchObject({ remoteHead: run.head })
  expect(atHub()).toBe(run.head)
})

test('a push of a new run that others have just pushed less of is repeated, whatever the remote says about it', async () => {
  await here.addRemote('local', `file://${hub.directory}`)
  await here.push('local', run.id)
  git(hub.directory, 'update-ref', '-d', refOf(run))
  withOtherWords()
  hook(hub, 'pre-receive', `if [ ! -e moved ]; then : > moved; ${unquarantined} update-ref ${refOf(run)} ${run.id}; fi`)
  expect(await here.push('local', run.id)).toMatchObject({ remoteHead: run.head })
  expect(atHub()).toBe(run.head)
})

/** Has tries follow one another without the pauses between them, whose lengths are drawn, until the test ends. */
function skipPauses(): void {
  const drawn = vi.spyOn(Math, 'random').mockReturnValue(0)
  onTestFinished(() => drawn.mockRestore())
}

test('a push that others keep winning against is given up, and says so', async () => {
  skipPauses()
  await here.addRemote('local', `file://${hub.directory}`)
  await here.push('local', run.id)
  git(hub.directory, 'update-ref', refOf(run), run.id)
  // Between two earlier batches, at each push.
  const other = `if [ $(git rev-parse ${refOf(run)}) = ${run.id} ]; then to=${run.head}^; else to=${run.id}; fi`
  hook(hub, 'pre-receive', `${counting}\n${other}\n${unquarantined} update-ref ${refOf(run)} $to`)
  const error = await rejection(here.push('local', run.id))
  const message = expect.stringMatching(
    /^others keep moving refs\/runs\/tally\/\w+ at the remote local .*; push the run again$/,
  )
  expect(error).toMatchObject({ code: 'REPOSITORY_LOCKED', run: run.id, sequence: 3, message })
  expect(calls()).toBe(8)
})

test('a push that a hook declines is made once', async () => {
  hook(hub, 'pre-receive', `${counting}\nexit 1`)
  expect(await rejection(here.push('hub', run.id))).toMatchObject({ code: 'REMOTE_REJECTED' })
  expect(calls()).toBe(1)
})

test('a remote that holds a lock on the ref is asked a few times, and its words are reported', async () => {
  skipPauses()
  hook(hub, 'pre-receive', counting)
  const lock = join(hub.directory, `${refOf(run)}.lock`)
  mkdirSync(dirname(lock), { recursive: true })
  writeFileSync(lock, '')
  const error = await rejection(here.push('hub', run.id))
  expect(error).toMatchObject({ code: 'REMOTE_REJECTED', message: expect.stringContaining(`refuses ${refOf(run)}`) })
  expect(calls()).toBe(3)
  // Whoever holds it ends while the push is under way.
  hook(hub, 'pre-receive', `${counting}\nif [ $(wc -l < calls) -eq 5 ]; then rm -f ${lock}; fi`)
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
})

test('the branch of a machine, or a snapshot, that another push is making is pushed again', async () => {
  const { ref } = await here.keepSnapshot(run)
  for (const one of ['refs/heads/machines/tally/1.0', ref]) {
    const lock = join(hub.directory, `${one}.lock`)
    mkdirSync(dirname(lock), { recursive: true })
    writeFileSync(lock, '')
  }
  // The other push ends without having made them, after this one has failed.
  const ends = 'if [ $(wc -l < calls) -ge 2 ]; then find refs -name "*.lock" -exec rm {} +; fi'
  hook(hub, 'pre-receive', `${counting}\n${ends}`)
  expect(await here.push('hub', run.id)).toMatchObject({ remoteHead: run.head })
  expect(git(hub.directory, 'rev-parse', 'refs/heads/machines/tally/1.0')).toBe(run.genesis.machine.oid)
  expect(await hub.snapshots(run.id)).toEqual(await here.snapshots(run.id))
})

test('pushes of several runs of a new machine at once all arrive', async () => {
  // However long one of them holds the branch of the machine there, the others wait for it.
  git(hub.directory, 'config', 'core.filesRefLockTimeout', '60000')
  const runs = Array.from({ length: 8 }, () => tallyRun())
  await Promise.all(runs.map((one) => here.record(one).stop()))
  const pushed = await Promise.all([...runs, run, run].map(({ id }) => here.push('hub', id)))
  expect(pushed).toHaveLength(10)
  for (const { id, head } of runs) expect(git(hub.directory, 'rev-parse', `refs/runs/tally/${id}`)).toBe(head)
})
