/** A repository is a store of runs: it behaves as the suite for stores says, and as `repository.record` expects. */

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createRun, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { handleShared, openShared, type RunStore, recordRun, StoreError } from '@xmachines/core/store'
import { storeCases } from '@xmachines/core/store/conformance'
import { GitError, openRepository, type Repository } from '@xmachines/git'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { type Fault, faultyGit } from './faulty-git.ts'
import { programIn } from './program.ts'
import { add, collect, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
const opened: Repository[] = []
afterAll(() => folder.remove())

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(opened.splice(0).map((one) => one.close()))
})

/** Opens handles on one new repository. */
async function makePlace(): Promise<{ readonly directory: string; open(): Promise<Repository> }> {
  const { directory } = await makeRepository(folder)
  return {
    directory,
    async open() {
      const repository = await openRepository(directory)
      opened.push(repository)
      return repository
    },
  }
}

/** A handle, and another on the same repository. */
async function openTwice(): Promise<[Repository, Repository]> {
  const { open } = await makePlace()
  return [await open(), await open()]
}

describe('the store of a repository', () => {
  // A handle cannot crash without its process. The keeper of leases is tested on its own.
  test.each(storeCases.filter(({ needsCrash }) => needsCrash !== true))(
    '$title',
    async ({ check, needsDamage }) => {
      const { directory, open } = await makePlace()
      await check({
        open: async () => (await open()).store,
        damage: async (id, sequence, how) => damage(directory, { id, sequence, how }),
      })
      await Promise.all(opened.splice(0).map((one) => one.close()))
      if (needsDamage !== true) expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
    },
    240_000,
  )
})

/** Damages the commit of a batch, in its pack or as a loose object. */
function damage(
  directory: string,
  { id, sequence, how }: { readonly id: string; readonly sequence: number; readonly how: 'change' | 'remove' | 'swap' },
): void {
  const [head] = git(directory, 'for-each-ref', '--format=%(objectname)', `refs/runs/*/${id}`).split('\n')
  const oids = git(directory, 'rev-list', '--reverse', String(head)).split('\n')
  const [oid, next] = oids.slice(sequence + 1) as [string, string]
  const content = execFileSync('git', ['-C', directory, 'cat-file', 'commit', oid])
  const packs = join(directory, 'objects/pack')
  for (const name of readdirSync(packs).filter((one) => one.endsWith('.pack'))) {
    const path = join(packs, name)
    const bytes = readFileSync(path)
    const at = bytes.indexOf(content)
    if (at === -1) continue
    if (how === 'change') {
      bytes[at + content.length - 4] = (bytes[at + content.length - 4] as number) ^ 1
      chmodSync(path, 0o644)
      writeFileSync(path, bytes)
    } else {
      renameSync(path, join(folder.path, name))
      rmSync(path.replace(/pack$/, 'idx'), { force: true })
      execFileSync('git', ['-C', directory, 'unpack-objects', '-q'], { input: bytes })
    }
  }
  const pathOf = (object: string): string => join(directory, 'objects', object.slice(0, 2), object.slice(2))
  if (how === 'remove') rmSync(pathOf(oid))
  if (how === 'swap') {
    const aside = `${pathOf(oid)}.aside`
    renameSync(pathOf(oid), aside)
    renameSync(pathOf(next), pathOf(oid))
    renameSync(aside, pathOf(next))
  }
}

/** The refs under some prefixes. */
function refsOf(directory: string, ...under: string[]): string[] {
  return git(directory, 'for-each-ref', '--format=%(refname)', ...under)
    .split('\n')
    .filter((line) => line !== '')
}

async function codeOf(asked: Promise<unknown>): Promise<string | undefined> {
  const error = await rejection(asked)
  expect(error).toBeInstanceOf(StoreError)
  return error.code
}

describe('a run that recorders record', () => {
  test('is continued through the store, and then by recorders again', async () => {
    const [repository, other] = await openTwice()
    const run = tallyRun()
    run.in.send(add(2))
    await repository.record(run).stop()

    const shared = await openShared(other.store, run.id, tally)
    shared.in.send(add(3))
    expect(await shared.flush()).toBe(2)
    shared.close()
    expect((await other.store.head(run.id))?.sequence).toBe(2)

    const back = await repository.open(tally, run.id)
    expect(back.state).toEqual({ total: 5 })
    back.in.send(add(4))
    expect(await repository.record(back).stop()).toBe(3)
    expect(await repository.store.head(run.id)).toEqual({ head: back.head, sequence: 3 })
    const [listed] = await collect(other.store.list())
    expect(listed).toMatchObject({ id: run.id, sequence: 3, position: 3, settled: 0 })
    expect(git(repository.directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })

  test('has lost the race if the store appended an equal batch first', async () => {
    const [repository, other] = await openTwice()
    const run = tallyRun()
    const recorder = repository.record(run)
    await recorder.flush()
    const shared = await openShared(other.store, run.id, tally)
    shared.in.send(add())
    await shared.flush()
    shared.close()
    run.in.send(add())
    expect((await rejection(recorder.flush())).code).toBe('HISTORY_DIVERGED')
  })

  test('keeps the keys of the store, however many batches a recorder appends', async () => {
    const [repository] = await openTwice()
    const { store, directory } = repository
    const run = tallyRun()
    await recordRun(run, store).stop()
    const shared = await openShared(store, run.id, tally)
    shared.sendWithKey(add(), 'order-7')
    await shared.flush()
    shared.close()
    setCount(directory, `refs/receipts/tally/${run.id}`, 1023)
    const back = await repository.open(tally, run.id)
    const recorder = repository.record(back)
    for (let at = 0; at < 3; at++) {
      back.in.send(add())
      await recorder.flush()
    }
    expect((await store.receipt(run.id, 'order-7', 0))?.sequence).toBe(1)
    expect(git(directory, 'log', '-1', '--format=%B', `refs/receipts/tally/${run.id}`)).toContain('Count: 1026')
  })
})

/** Makes a chain of receipts look as if it had so many. */
function setCount(directory: string, ref: string, count: number): void {
  const input = `${git(directory, 'cat-file', 'commit', ref).replace(/\nCount: \d+\n/, `\nCount: ${count}\n`)}\n`
  const hash = ['-C', directory, 'hash-object', '-t', 'commit', '-w', '--stdin']
  git(directory, 'update-ref', ref, execFileSync('git', hash, { input, encoding: 'utf8' }).trim())
}

describe('receipts', () => {
  test('are taken over by a chain that begins anew, and outlive garbage collection', async () => {
    const [repository, other] = await openTwice()
    const { store, directory } = repository
    const run = tallyRun()
    await recordRun(run, store).stop()
    const shared = await openShared(store, run.id, tally)
    shared.sendWithKey(add(), 'a "key"\nof two lines, é')
    await shared.flush()
    shared.sendWithKey(add(), `${run.id}/0`)
    await shared.flush()
    const ref = `refs/receipts/tally/${run.id}`
    setCount(directory, ref, 1024)
    for (const by of [1, 2]) {
      shared.in.send(add(by))
      await shared.flush()
    }
    shared.close()
    expect(git(directory, 'rev-list', '--count', ref)).toBe('2')
    git(directory, 'gc', '--quiet', '--prune=now')
    for (const handle of [store, other.store]) {
      expect((await handle.receipt(run.id, 'a "key"\nof two lines, é', 0))?.sequence).toBe(1)
      expect((await handle.receipt(run.id, `${run.id}/0`, 0))?.sequence).toBe(2)
      expect(await handle.receipt(run.id, 'another', 0)).toBeUndefined()
    }
    expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
  })

  test('of appends that were not made do not count, and are replaced', async () => {
    const [{ store, directory }, other] = await openTwice()
    const run = tallyRun()
    const recorder = recordRun(run, store)
    await recorder.flush()
    run.in.send(add())
    await recorder.stop()
    const receipts = `refs/receipts/tally/${run.id}`
    const [, token = ''] = /Token: (.*)/.exec(git(directory, 'log', '-1', '--format=%B', receipts)) ?? []
    expect(await other.store.receipt(run.id, token, 0)).toEqual({ sequence: 1, oid: run.head })
    git(directory, 'update-ref', `refs/runs/tally/${run.id}`, run.id)
    expect(await other.store.receipt(run.id, token, 0)).toBeUndefined()
    const shared = await openShared(other.store, run.id, tally)
    shared.in.send(add(7))
    expect(await shared.flush()).toBe(1)
    shared.close()
    expect(await store.receipt(run.id, token, 0)).toBeUndefined()
    expect(git(directory, 'rev-list', '--count', receipts)).toBe('2')
  })

  test('that Git has collected are unknown to whoever knew the run before', async () => {
    const [{ store, directory }] = await openTwice()
    const run = tallyRun()
    run.in.send(add())
    await recordRun(run, store).stop()
    git(directory, 'update-ref', '-d', `refs/receipts/tally/${run.id}`)
    expect(await codeOf(store.receipt(run.id, '0'.repeat(32), 0))).toBe('UNKNOWN')
    expect(await store.receipt(run.id, '0'.repeat(32), 1)).toBeUndefined()
  })
})

describe('an answer of git that was lost', () => {
  /** A run at sequence 1 that is recorded through a store whose git dies as planned. */
  async function lose(...faults: readonly Fault[]) {
    const [repository] = await openTwice()
    const { directory, store } = repository
    const run = tallyRun()
    run.in.send(add())
    await recordRun(run, store).stop()
    // The git that has moved refs so far goes on; a new handle starts the faulty one.
    const faulty = faultyGit(folder)
    const victim = await openRepository(directory)
    opened.push(victim)
    faulty.plan(...faults)
    return { run, directory, faulty, recorder: recordRun(run, victim.store), store }
  }

  test.each<[Fault, number]>([
    ['before', 1],
    ['between', 1],
    ['after', 1],
    ['between', 3],
    ['after', 3],
  ])('is settled by the receipt if it was killed %s the moves, %i times', async (fault, times) => {
    const { run, directory, faulty, recorder, store } = await lose(...Array<Fault>(times).fill(fault))
    for (let at = 0; at < times; at++) {
      run.in.send(add())
      expect(await recorder.flush()).toBe(2 + at)
    }
    expect(faulty.left()).toEqual([])
    expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 1 + times })
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })

  test.each<Fault>(['before', 'between'])(
    'is a loss if it was killed %s the moves, and then another recorded an equal batch',
    async (fault) => {
      const { run, directory, faulty, recorder, store } = await lose(fault)
      const child = join(import.meta.dirname, 'append-child.ts')
      faulty.meanwhile(process.execPath, '--conditions=@xmachines/source', child, directory, run.id)
      run.in.send(add())
      expect(await codeOf(recorder.flush())).toBe('MOVED')
      expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 2 })
    },
  )
})

/** Puts a git on the PATH that moves refs only once it is let; the end of the test puts the real one back. */
function waitingMoves(): { begin(): void } {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const place = mkdtempSync(join(folder.path, 'waiting-'))
  const sign = join(place, 'begin')
  const wait = `case "$*" in *update-ref*) until [ -e '${sign}' ]; do sleep 0.05; done ;; esac`
  writeFileSync(join(place, 'git'), `#!/bin/sh\n${wait}\nexec '${real}' "$@"\n`, { mode: 0o755 })
  vi.stubEnv('PATH', [place, process.env['PATH']].join(delimiter))
  return { begin: () => writeFileSync(sign, '') }
}

describe('shared runs', () => {
  test('of two handles settle each output once, and both have all batches', async () => {
    const [repository, other] = await openTwice()
    const seed = tallyRun()
    await recordRun(seed, repository.store).stop()
    const one = await openShared(repository.store, seed.id, tally)
    const two = await openShared(other.store, seed.id, tally)
    const handled: number[] = []
    const over = new AbortController()
    const handlers = { total: ({ total }: { total: number }) => void handled.push(total) }
    const handling = [one, two].map((run) => handleShared(run, handlers, { ttl: 60_000, signal: over.signal }))
    for (let at = 0; at < 5; at++) {
      one.in.send(add(1))
      two.in.send(add(10))
      await Promise.all([one.flush(), two.flush()])
    }
    await expect.poll(() => [one.position, two.position, handled.length]).toEqual([10, 10, 10])
    expect(new Set(handled).size).toBe(10)
    over.abort()
    await Promise.all(handling)
    expect([one.head, one.state]).toEqual([two.head, { total: 55 }])
    one.close()
    two.close()
    expect(await collect(repository.store.list({ unsettled: true }))).toEqual([])
    expect(git(repository.directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })

  test('of one handle take turns', async () => {
    const [{ store }] = await openTwice()
    const seed = tallyRun()
    await recordRun(seed, store).stop()
    const shared = await Promise.all([1, 2, 3].map(() => openShared(store, seed.id, tally)))
    for (const run of shared) for (const by of [1, 2]) run.in.send(add(by))
    await Promise.all(shared.map((run) => run.flush()))
    await expect.poll(() => shared.map(({ state }) => state)).toEqual(Array(3).fill({ total: 9 }))
    for (const run of shared) run.close()
  })

  test('of many writers at once share packs', async () => {
    const { directory, open } = await makePlace()
    const moves = waitingMoves()
    const { store } = await open()
    const runs = Array.from({ length: 32 }, () => tallyRun())
    const recorded = Promise.all(runs.map((run) => recordRun(run, store).stop()))
    // The first few move their refs only once the others have come, too: these reads are answered after theirs.
    for (let reads = 0; reads < 10; reads++) await store.head('0'.repeat(40))
    moves.begin()
    await recorded
    const packs = readdirSync(join(directory, 'objects/pack')).filter((name) => name.endsWith('.pack'))
    expect(packs.length).toBeLessThan(8)
    expect((await collect(store.list())).length).toBe(32)
  })
})

describe('what fails', () => {
  test('is an error of the store, with that of Git as its cause', async () => {
    const [{ store, directory }] = await openTwice()
    const run = tallyRun()
    run.in.send(add())
    await recordRun(run, store).stop()
    writeFileSync(join(directory, `refs/runs/tally/${run.id}`), '')
    for (const ask of [
      () => store.head(run.id),
      () => collect(store.read(run.id, { from: 0 })),
      () => collect(store.list()),
    ]) {
      const error = await rejection(ask())
      expect([error.name, error.code]).toEqual(['StoreError', 'CORRUPT'])
      expect(error.cause).toBeInstanceOf(GitError)
    }
    expect(await codeOf(collect(store.read('no oid', { from: 0 })))).toBe('MISSING')
  })

  test('is unavailable if the repository is gone', async () => {
    const [{ store, directory }] = await openTwice()
    const run = tallyRun()
    await recordRun(run, store).stop()
    renameSync(directory, `${directory}.away`)
    const [copy] = [tallyRun()]
    expect((await rejection(recordRun(copy, store).flush())).name).toBe('StoreError')
    renameSync(`${directory}.away`, directory)
    expect((await store.head(run.id))?.sequence).toBe(0)
  })

  test('names the object format that a run must have', async () => {
    const [{ store }] = await openTwice()
    expect(await codeOf(recordRun(tallyRun('sha256'), store).flush())).toBe('CORRUPT')
  })
})

test('a mirror can be read, and not appended to', async () => {
  const { directory, open } = await makePlace()
  const run = tallyRun()
  await recordRun(run, (await open()).store).stop()
  const mirror = join(folder.path, 'mirror.git')
  git(folder.path, 'clone', '--quiet', '--mirror', directory, mirror)
  const { store, close } = await openRepository(mirror)
  expect((await store.head(run.id))?.head).toBe(run.head)
  for (const ask of [
    () => store.lease(run.id, { owner: 'one', ttl: 1000 }),
    () => store.rename('a name', undefined, run.id),
  ]) {
    expect(await rejection(ask())).toMatchObject({ code: 'UNAVAILABLE', cause: { code: 'UNSUPPORTED_REPOSITORY' } })
  }
  await close()
})

test('a repository with SHA-256 is a store too', async () => {
  const { store, directory } = await makeRepository(folder, 'sha256')
  const run = tallyRun('sha256')
  run.in.send(add())
  await recordRun(run, store).stop()
  const records = await collect(store.read(run.id, { from: 0 }))
  expect(restoreRun(tally, records as never, { format: sha256 }).head).toBe(run.head)
  expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
})

test('a follower goes on after the refs were packed', async () => {
  const [{ store, directory }, other] = await openTwice()
  const run = tallyRun()
  const recorder = recordRun(run, other.store)
  await recorder.flush()
  const over = new AbortController()
  const seen: string[] = []
  const reading = (async () => {
    for await (const { oid } of store.follow(run.id, { from: 0, signal: over.signal })) seen.push(oid)
  })()
  for (let at = 1; at <= 3; at++) {
    await expect.poll(() => seen.length).toBe(at)
    git(directory, 'pack-refs', '--all', '--prune')
    run.in.send(add())
    await recorder.flush()
  }
  await expect.poll(() => seen.at(-1)).toBe(run.head)
  over.abort()
  await reading
  expect(seen).toHaveLength(4)
})

test('receipts, leases and names stay in their repository, and are not listed as runs', async () => {
  const { directory, open } = await makePlace()
  const repository = await open()
  const { store } = repository
  const hub = await makeRepository(folder)
  opened.push(hub)
  const run = createRun(tally, { input: { start: 1 } })
  run.in.send(add())
  await recordRun(run, store).stop()
  const lease = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
  await lease?.settle(1)
  await lease?.release()
  expect(await store.rename('a name', undefined, run.id)).toBe(true)
  expect(refsOf(directory).map((ref) => ref.split('/')[1])).toEqual(['heads', 'leases', 'names', 'receipts', 'runs'])

  await repository.addRemote('hub', hub.directory)
  await repository.push('hub', run.id)
  expect(refsOf(hub.directory)).toEqual(['refs/heads/machines/tally/1.0', `refs/runs/tally/${run.id}`])
  expect(await collect(repository.runs())).toMatchObject([{ id: run.id }])
  expect(await repository.verify(tally, run.id)).toMatchObject({ head: run.head })
  const { status, stderr } = await programIn(folder.path)(['-C', directory, 'verify', run.id, '-m', 'tally.mjs'])
  expect([status, stderr]).toEqual([0, ''])

  git(directory, 'gc', '--quiet', '--prune=now')
  expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
  expect(await store.name('a name')).toBe(run.id)
  expect((await store.lease(run.id, { owner: 'two', ttl: 1000 }))?.settled).toBe(1)
})

test('a lease is free to the next owner once it was given back, without a wait', async () => {
  const [{ store }, { store: other }] = await openTwice()
  const run = tallyRun()
  await recordRun(run, store).stop()
  const lease = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
  const free = freeOf(other, run.id)
  expect(await Promise.race([free.then(() => 'free'), other.head(run.id).then(() => 'held')])).toBe('held')
  await lease?.release()
  await free
  expect(await other.lease(run.id, { owner: 'two', ttl: 1000 })).toBeDefined()
})

test('a lease whose owner died is free to whoever waited, at the first try', async () => {
  const [{ store, directory }, { store: other }] = await openTwice()
  const run = tallyRun()
  await recordRun(run, store).stop()
  await store.lease(run.id, { owner: 'one', ttl: 60_000 })
  // As its owner would renew it for the last time.
  const ref = `refs/leases/tally/${run.id}`
  const lease = JSON.parse(git(directory, 'cat-file', 'blob', ref)) as { beat: number }
  const renewed = JSON.stringify({ ...lease, beat: lease.beat + 1, ttl: 100 })
  const hash = ['-C', directory, 'hash-object', '-w', '--stdin']
  git(directory, 'update-ref', ref, execFileSync('git', hash, { input: renewed, encoding: 'utf8' }).trim())
  await freeOf(other, run.id)
  expect(await other.lease(run.id, { owner: 'two', ttl: 1000 })).toBeDefined()
})

function freeOf(store: RunStore, id: string): Promise<void> {
  return store.untilFree?.(id, new AbortController().signal) ?? Promise.resolve()
}

test('a sealed run is neither recorded nor imported any more, by a recorder that came before it neither', async () => {
  const [here, there] = await openTwice()
  const run = tallyRun()
  const recorder = here.record(run)
  run.in.send(add())
  await recorder.flush()
  const later = restoreRun(tally, run.toJSON())
  const successor = tallyRun().id
  await there.store.seal?.(run.id, run.head, successor)
  run.in.send(add())
  expect(await rejection(recorder.flush())).toMatchObject({ code: 'RUN_SEALED', run: run.id, sequence: 1 })
  later.in.send(add(5))
  for (const options of [{}, { machine: tally }]) {
    const error = await rejection(there.import(later.toJSON(), options))
    expect(error).toMatchObject({ code: 'RUN_SEALED', message: expect.stringContaining(successor) })
  }
  const end = { head: later.toJSON().records[1]?.oid, sequence: 1, successor }
  expect(await here.store.head(run.id)).toEqual(end)
})
