/** Runs are handed from one repository to another with Git's own network, and nothing that is here gets lost. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { type NetworkOptions, openRepository, type Repository } from '@xmachines/git'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
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
import { expectWarnings } from './warnings.ts'

const folder = makeFolder()
let server: GitServer
beforeAll(async () => {
  server = await serveGit(folder.path)
})
afterAll(async () => {
  await server.kill()
  folder.remove()
})

const web = ({ directory }: Repository): string => `${server.url}/${basename(directory)}`
const file = ({ directory }: Repository): string => `file://${directory}`
const refOf = ({ id }: TallyRun): string => `refs/runs/tally/${id}`
const headAt = ({ directory }: Repository, run: TallyRun): string =>
  askGit(directory, 'rev-parse', '--verify', '--quiet', refOf(run)).stdout.trim()

interface Three {
  here: Repository
  hub: Repository
  there: Repository
}

/** Two repositories with one between them. */
async function three(urlOf = file, format: 'sha1' | 'sha256' = 'sha1'): Promise<Three> {
  const [here, hub, there] = [
    await makeRepository(folder, format),
    await makeRepository(folder, format),
    await makeRepository(folder, format),
  ]
  for (const one of [here, there]) await one.addRemote('hub', urlOf(hub))
  return { here, hub, there }
}

/** Continues a run in a repository; resolves with the run. */
async function continueRun(repository: Repository, { id }: TallyRun, by: number): Promise<TallyRun> {
  const run = await repository.open(tally, id)
  run.in.send(add(by))
  await repository.record(run).stop()
  return run
}

/** A recorded run of some batches. */
async function recorded(repository: Repository, batches = 2): Promise<TallyRun> {
  const run = tallyRun(repository.format)
  for (let at = 0; at < batches; at++) run.in.send(add())
  await repository.record(run).stop()
  return run
}

/** A commit that somebody made by hand to look like a batch. */
function commit(
  { directory }: Repository,
  parents: readonly string[],
  message: string,
  date: string,
  tree: string,
): string {
  const who = { name: 'XMachines', email: 'noreply@xmachines.invalid' }
  const [began] = git(directory, 'log', '-1', '--format=%at', parents[0]!).split('\n')
  const lines = [
    `tree ${git(directory, 'rev-parse', tree)}`,
    ...parents.map((parent) => `parent ${git(directory, 'rev-parse', parent)}`),
    `author ${who.name} <${who.email}> ${began} +0000`,
    `committer ${who.name} <${who.email}> ${date} +0000`,
  ]
  const path = join(folder.path, 'commit')
  writeFileSync(path, `${lines.join('\n')}\n\n${message}`)
  return git(directory, 'hash-object', '-t', 'commit', '-w', path)
}

describe.each([
  ['a file url', 'sha1', file],
  ['http', 'sha1', web],
  ['http', 'sha256', web],
] as const)('over %s, in %s', (_transport, format, urlOf) => {
  test('a run is handed over and back, with its machine and its snapshots', async () => {
    const { here, hub, there } = await three(urlOf, format)
    const run = await recorded(here)
    await here.keepSnapshot(run)
    const pushed = { id: run.id, head: run.head, sequence: 2 }
    expect(await here.push('hub', run.id)).toEqual({ ...pushed, remoteHead: run.head })
    expect(await there.fetch('hub', run.id)).toEqual({ ...pushed, before: -1, remoteHead: run.head, error: undefined })
    expect(git(there.directory, 'rev-parse', 'refs/heads/machines/tally/1.0')).toBe(run.genesis.machine.oid)
    expect(git(there.directory, 'for-each-ref', '--format=%(refname)', 'refs/fetched').split('\n')).toEqual([
      `refs/fetched/hub/runs/tally/${run.id}`,
      `refs/fetched/hub/snapshots/tally/${run.id}/2`,
    ])
    expect((await there.open(tally, run.id, { replayFrom: 'snapshot' })).snapshot.current.state).toEqual({ total: 2 })

    const gone = await continueRun(there, run, 5)
    await there.push('hub', run.id)
    expect(await here.fetch('hub', run.id)).toMatchObject({ head: gone.head, sequence: 3, before: 2 })
    expect((await here.open(tally, run.id)).snapshot.current.state).toEqual({ total: 7 })
    expect((await there.verify(tally, run.id)).snapshots).toEqual([2])
    for (const { directory } of [here, hub, there]) expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
  })
})

test('of all runs, each is taken on its own', async () => {
  const { here, hub, there } = await three()
  const [one, two, three_, four] = [
    await recorded(here),
    await recorded(here),
    await recorded(here),
    await recorded(here),
  ]
  for (const { id } of [one, two, three_]) await here.push('hub', id)
  expect((await there.fetch('hub', 'all')).map(({ error }) => error)).toEqual([undefined, undefined, undefined])

  const ahead = await continueRun(here, one, 2)
  await continueRun(here, two, 2)
  await continueRun(there, two, 3)
  for (const { id } of [one, two, four]) await here.push('hub', id)
  const foreign = commit(hub, [refOf(three_)], 'Merge branch\n', '1', `${refOf(three_)}^{tree}`)
  git(hub.directory, 'update-ref', refOf(three_), foreign)
  git(hub.directory, 'update-ref', 'refs/runs/tally/somebody-elses', foreign)
  const runs = new Map((await there.fetch('hub', 'all')).map((run) => [run.id, run]))
  expect(runs.size).toBe(4)
  expect(runs.get(one.id)).toMatchObject({ head: ahead.head, before: 2, sequence: 3, error: undefined })
  expect(runs.get(two.id)).toMatchObject({ sequence: 3, error: { code: 'HISTORY_DIVERGED' } })
  expect(runs.get(three_.id)).toMatchObject({ head: three_.head, error: { code: 'OBJECT_CORRUPT', sequence: 3 } })
  expect(runs.get(four.id)).toMatchObject({ head: four.head, before: -1, sequence: 2, error: undefined })
  expect(headAt(there, three_)).toBe(three_.head)
})

test('two different continuations are reported with both heads and the last shared commit, and the recorder stops', async () => {
  const { here, hub, there } = await three()
  const run = await recorded(here)
  await here.push('hub', run.id)
  await there.fetch('hub', run.id)
  const theirs = await continueRun(there, run, 5)
  await continueRun(there, run, 6).then(() => there.push('hub', run.id))
  const atHub = headAt(hub, run)

  expectWarnings('HISTORY_DIVERGED')
  const recorder = here.record(run)
  run.in.send(add(7))
  await here.keepSnapshot(run)
  const heads = { recorded: run.head, remote: atHub, common: git(hub.directory, 'rev-parse', `${theirs.head}^`) }
  const diverged = { code: 'HISTORY_DIVERGED', run: run.id, sequence: 2, heads }
  expect(await rejection(here.push('hub', run.id))).toMatchObject(diverged)
  expect(recorder.error).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 3, heads })
  run.in.send(add(8))
  expect(await rejection(recorder.flush())).toBe(recorder.error)
  expect(await rejection(here.fetch('hub', run.id))).toMatchObject(diverged)

  // Nothing moved on either side, and nothing of the loser blocks the winner.
  expect(headAt(hub, run)).toBe(atHub)
  expect(headAt(here, run)).toBe(heads.recorded)
  expect(git(hub.directory, 'for-each-ref', 'refs/snapshots')).toBe('')
})

test('a run that the remote lacks, lost, or has less of stays as it is', async () => {
  const { here, hub, there } = await three()
  const run = await recorded(here)
  expect(await rejection(there.fetch('hub', run.id))).toMatchObject({ code: 'RUN_MISSING' })
  expect(await rejection(there.push('hub', run.id))).toMatchObject({ code: 'RUN_MISSING' })
  expect(await there.fetch('hub', 'all')).toEqual([])
  await here.push('hub', run.id)
  await there.fetch('hub', run.id)

  git(hub.directory, 'update-ref', refOf(run), `${refOf(run)}^`)
  const earlier = git(hub.directory, 'rev-parse', refOf(run))
  expect(await there.fetch('hub', run.id)).toMatchObject({
    head: run.head,
    sequence: 2,
    before: 2,
    remoteHead: earlier,
  })
  // The next push puts it back.
  expect(await there.push('hub', run.id)).toMatchObject({ remoteHead: run.head })

  git(hub.directory, 'update-ref', '-d', refOf(run))
  expect(await rejection(there.fetch('hub', run.id))).toMatchObject({ code: 'RUN_MISSING', run: run.id })
  git(there.directory, 'fetch', '--quiet', '--prune', 'hub')
  expect(git(there.directory, 'for-each-ref', '--format=%(refname)', 'refs/fetched')).toBe('')
  expect(headAt(there, run)).toBe(run.head)
})

describe('a history that was tampered with is refused, and the run stays as it is', () => {
  let all: Three
  let run: TallyRun
  let base = ''
  const date = (sequence: number): string => String(run.genesis.createdAt + sequence)
  beforeAll(async () => {
    all = await three()
    run = await recorded(all.here)
    base = run.head
    await all.here.push('hub', run.id)
    await all.there.fetch('hub', run.id)
  })
  const line = '{"by":1,"type":"ADD"}\n'

  test.each([
    ['a date that is not its sequence', () => commit(all.hub, [base], line, date(4), `${base}^{tree}`), 3],
    ['another tree', () => commit(all.hub, [base], line, date(3), 'refs/heads/machines/tally/1.0^{tree}'), 3],
    ['a message that is no event', () => commit(all.hub, [base], 'Fix it\n', date(3), `${base}^{tree}`), 3],
    [
      'an event in another notation',
      () => commit(all.hub, [base], '{"type":"ADD","by":1}\n', date(3), `${base}^{tree}`),
      3,
    ],
    ['two parents', () => commit(all.hub, [base, `${base}^`], line, date(3), `${base}^{tree}`), undefined],
    [
      'a wrong batch after a right one',
      () =>
        commit(all.hub, [commit(all.hub, [base], line, date(3), `${base}^{tree}`)], line, date(3), `${base}^{tree}`),
      4,
    ],
    ['an earlier batch rewritten', () => commit(all.hub, [`${base}^`], 'Fix it\n', date(2), `${base}^{tree}`), 2],
    ['what is no commit', () => git(all.hub.directory, 'rev-parse', `${base}:machine.json`), undefined],
    ['the machine alone', () => git(all.hub.directory, 'rev-parse', 'refs/heads/machines/tally/1.0'), undefined],
  ])('%s', async (_what, make, sequence) => {
    const { hub, there } = all
    git(hub.directory, 'update-ref', refOf(run), make())
    const error = await rejection(there.fetch('hub', run.id))
    expect(error).toMatchObject({ code: 'OBJECT_CORRUPT', run: run.id, sequence })
    expect(headAt(there, run)).toBe(base)
    expect((await there.verify(tally, run.id)).head).toBe(base)
  })

  test('another run under its id, and a run under the name of another machine', async () => {
    const { hub, there, here } = all
    const [other, fresh] = [await recorded(here, 3), await recorded(here)]
    for (const { id } of [other, fresh]) await here.push('hub', id)
    git(hub.directory, 'update-ref', refOf(run), other.head)
    expect(await rejection(there.fetch('hub', run.id))).toMatchObject({ code: 'OBJECT_CORRUPT', run: run.id })
    git(hub.directory, 'update-ref', refOf(fresh), other.head)
    expect(await rejection(there.fetch('hub', fresh.id))).toMatchObject({ code: 'RUN_MISSING' })
    git(hub.directory, 'update-ref', `refs/runs/dolly/${fresh.id}`, fresh.head)
    git(hub.directory, 'update-ref', '-d', refOf(fresh))
    expect(await rejection(there.fetch('hub', fresh.id))).toMatchObject({ code: 'RUN_MISSING' })
    const named = (await there.fetch('hub', 'all')).find(({ id }) => id === fresh.id)
    expect(named).toMatchObject({ head: undefined, sequence: -1, error: { code: 'OBJECT_CORRUPT' } })
    expect(headAt(there, run)).toBe(base)
    expect(headAt(there, fresh)).toBe('')
  })

  test('a snapshot that does not belong to its run, or differs from the one that is here', async () => {
    const { hub, there, here } = all
    git(hub.directory, 'update-ref', refOf(run), base)
    const kept = await here.keepSnapshot(await here.open(tally, run.id))
    await here.push('hub', run.id)
    const refAt = (sequence: number): string => `refs/snapshots/tally/${run.id}/${sequence}`
    git(hub.directory, 'update-ref', refAt(1), kept.oid)
    expect(await rejection(there.fetch('hub', run.id))).toMatchObject({ code: 'SNAPSHOT_MISMATCH', sequence: 1 })
    git(hub.directory, 'update-ref', '-d', refAt(1))
    await there.fetch('hub', run.id)
    expect(git(there.directory, 'rev-parse', refAt(2))).toBe(kept.oid)

    const path = join(folder.path, 'state.json')
    writeFileSync(path, '{"total":99}\n')
    const forged = git(hub.directory, 'hash-object', '-w', path)
    const files = git(hub.directory, 'ls-tree', refAt(2)).replace(/[0-9a-f]{40}(?=\tstate)/, forged)
    const tree = execFileSync('git', ['-C', hub.directory, 'mktree'], { input: `${files}\n`, encoding: 'utf8' }).trim()
    git(hub.directory, 'update-ref', refAt(2), commit(hub, [base], 'snapshot tally@1.0 at 2\n', date(2), tree))
    const error = await rejection(there.fetch('hub', run.id))
    expect(error).toMatchObject({ code: 'SNAPSHOT_MISMATCH', message: expect.stringContaining('verify()') })
    expect(git(there.directory, 'rev-parse', refAt(2))).toBe(kept.oid)
    expect(await rejection(here.push('hub', run.id))).toMatchObject({ code: 'SNAPSHOT_MISMATCH' })
  })
})

test('a malformed snapshot affects neither other snapshots nor other runs', async () => {
  const { here, hub, there } = await three()
  const runs = [await recorded(here), await recorded(here)]
  const [bad, good] = runs.toSorted((one, other) => (one.id < other.id ? -1 : 1)) as [TallyRun, TallyRun]
  for (const run of runs) {
    await here.keepSnapshot(run)
    await here.push('hub', run.id)
  }
  git(hub.directory, 'update-ref', `refs/snapshots/tally/${bad.id}/0`, bad.head)
  git(hub.directory, 'update-ref', `refs/snapshots/tally/${bad.id}/1`, `${bad.head}:machine.json`)
  const mismatch = { code: 'SNAPSHOT_MISMATCH', run: bad.id, sequence: 0 }
  expect(await there.fetch('hub', 'all')).toMatchObject([
    { id: bad.id, head: bad.head, sequence: 2, error: mismatch },
    { id: good.id, head: good.head, sequence: 2, error: undefined },
  ])
  for (const { id } of runs) expect((await there.snapshots(id)).map(({ sequence }) => sequence)).toEqual([2])
  expect(await rejection(there.fetch('hub', bad.id))).toMatchObject(mismatch)
})

test('objects that Git finds corrupt never become a run', async () => {
  const { here, hub, there } = await three()
  const run = await recorded(here, 200)
  await here.push('hub', run.id)
  const packs = join(hub.directory, 'objects/pack')
  const pack = join(packs, readdirSync(packs).find((name) => name.endsWith('.pack'))!)
  chmodSync(pack, 0o644)
  const bytes = readFileSync(pack)
  bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 100)
  writeFileSync(pack, bytes)
  const error = await rejection(there.fetch('hub', run.id))
  expect(['REMOTE_FAILED', 'OBJECT_CORRUPT']).toContain(error.code)
  expect(git(there.directory, 'for-each-ref')).toBe('')
})

test('a connection that breaks off within a pack is no sign of corrupt objects', async () => {
  const { here, there } = await three(web)
  const run = await recorded(here, 200)
  await here.push('hub', run.id)
  let posts = 0
  // The first lists refs.
  server.onRequest = ({ method }) => (method === 'POST' && ++posts === 2 ? 'within' : undefined)
  const error = await rejection(there.fetch('hub', run.id)).finally(() => {
    server.onRequest = () => undefined
  })
  expect(error).toMatchObject({ code: 'REMOTE_FAILED', message: expect.stringContaining('try again') })
  expect(await there.fetch('hub', run.id)).toMatchObject({ sequence: 200 })
})

test('nobody is asked for a password', async () => {
  const { here } = await three(web)
  const run = await recorded(here)
  const [asked, script] = [join(folder.path, 'asked'), join(folder.path, 'ask')]
  writeFileSync(script, `#!/bin/sh\necho "$1" >> ${asked}\necho secret\n`, { mode: 0o755 })
  vi.stubEnv('SSH_ASKPASS', script)
  server.onRequest = () => 'password'
  try {
    expect(await rejection(here.fetch('hub', 'all'))).toMatchObject({ code: 'REMOTE_FAILED' })
    git(here.directory, 'config', 'core.askPass', script)
    expect(await rejection(here.push('hub', run.id))).toMatchObject({ code: 'REMOTE_FAILED' })
  } finally {
    vi.unstubAllEnvs()
    server.onRequest = () => undefined
  }
  expect(existsSync(asked)).toBe(false)
})

test.each([
  ['a file url', file],
  ['http', web],
] as const)('a remote with another object format is reported: over %s', async (_transport, urlOf) => {
  const [here, there] = [await makeRepository(folder), await makeRepository(folder, 'sha256')]
  await here.addRemote('there', urlOf(there))
  await there.addRemote('here', urlOf(here))
  const [one, other] = [await recorded(here), await recorded(there)]
  const mismatch = { code: 'FORMAT_MISMATCH', message: expect.stringContaining('object format') }
  expect(await rejection(here.fetch('there', 'all'))).toMatchObject(mismatch)
  expect(await rejection(there.fetch('here', 'all'))).toMatchObject(mismatch)
  expect(await rejection(here.push('there', one.id))).toMatchObject(mismatch)
  expect(await rejection(there.push('here', other.id))).toMatchObject(mismatch)
})

test('a local ref that points to a missing object is reported, and the remote is not blamed', async () => {
  const { here, there } = await three()
  const [run, other] = [await recorded(here), await recorded(there)]
  await here.push('hub', run.id)
  const ref = `refs/runs/tally/${'c'.repeat(40)}`
  writeFileSync(join(there.directory, ref), `${'d'.repeat(40)}\n`)
  const missing = { code: 'OBJECT_CORRUPT', message: expect.stringContaining(`${ref} points to`) }
  expect(await rejection(there.fetch('hub', run.id))).toMatchObject(missing)
  expect(await rejection(there.fetch('hub', 'all'))).toMatchObject(missing)
  git(there.directory, 'update-ref', '-d', ref)

  const object = join(there.directory, 'objects/dd', 'd'.repeat(38))
  mkdirSync(dirname(object), { recursive: true })
  writeFileSync(object, 'none')
  writeFileSync(join(there.directory, ref), `${'d'.repeat(40)}\n`)
  const corrupt = { code: 'OBJECT_CORRUPT', message: expect.stringContaining('the remote hub is not the cause') }
  expect(await rejection(there.fetch('hub', run.id))).toMatchObject(corrupt)
  expect(headAt(there, other)).toBe(other.head)
  expect(headAt(there, run)).toBe('')
})

test('a run whose genesis is lost here is not reported as missing at the remote', async () => {
  const { here, there } = await three()
  const run = await recorded(here)
  await here.push('hub', run.id)
  await there.fetch('hub', run.id)
  const objects = join(there.directory, 'objects')
  const packs = readdirSync(join(objects, 'pack')).filter((name) => name.endsWith('.pack'))
  for (const pack of packs) {
    const moved = join(folder.path, pack)
    renameSync(join(objects, 'pack', pack), moved)
    execFileSync('git', ['-C', there.directory, 'unpack-objects', '-q'], { input: readFileSync(moved) })
  }
  rmSync(join(objects, run.id.slice(0, 2), run.id.slice(2)))
  const again = await openRepository(there.directory)
  expect(await rejection(again.fetch('hub', run.id))).toMatchObject({ code: 'OBJECT_CORRUPT', run: run.id })
  await again.close()
})

test('two fetches of one run at once give the same result', async () => {
  const { here, there } = await three()
  const run = await recorded(here)
  await here.push('hub', run.id)
  const other = await openRepository(there.directory)
  for (const { head } of await Promise.all([there.fetch('hub', run.id), other.fetch('hub', run.id)])) {
    expect(head).toBe(run.head)
  }
})

describe('a remote that accepts a call and never answers', () => {
  const silent = createServer()
  let here: Repository
  let run: TallyRun
  beforeAll(async () => {
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    here = await makeRepository(folder)
    run = await recorded(here)
    await here.addRemote('silent', `http://127.0.0.1:${(silent.address() as AddressInfo).port}/runs.git`)
  })
  afterAll(() => void silent.close())

  test.each([
    ['a push', (options: NetworkOptions) => here.push('silent', run.id, options)],
    ['a fetch', (options: NetworkOptions) => here.fetch('silent', run.id, options)],
    ['a fetch of all', (options: NetworkOptions) => here.fetch('silent', 'all', options)],
  ])('%s is ended by its signal, with all processes that it started', async (_what, call) => {
    const abort = new AbortController()
    const called = once(silent, 'connection') as Promise<[Socket]>
    const rejected = rejection(call({ signal: abort.signal }))
    const [socket] = await called
    const closed = once(socket.resume(), 'close')
    // `close` does not wait for it, either.
    await here.close()
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await rejected).toBe(reason)
    await closed
    expect(await rejection(call({ signal: abort.signal }))).toBe(reason)
    expect(await rejection(call({ signal: {} as AbortSignal }))).toBeInstanceOf(TypeError)
    expect(headAt(here, run)).toBe(run.head)
  })

  test('a call whose signal is not aborted works as without one', async () => {
    const { signal } = new AbortController()
    const [hub, there] = [await makeRepository(folder), await makeRepository(folder)]
    for (const one of [here, there]) await one.addRemote('hub', web(hub))
    expect(await here.push('hub', run.id, { signal })).toMatchObject({ remoteHead: run.head })
    expect(await there.fetch('hub', 'all', { signal })).toMatchObject([{ head: run.head, error: undefined }])
  })
})
