/** A failing repository reports it to the caller, harms no run, and drops nothing. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { recordable } from '@xmachines/core/internal'
import { openRepository } from '@xmachines/git'
import { afterAll, expect, test, vi } from 'vitest'
import { gitsOf } from './crashes.ts'
import { keepYoung } from './lock-age.ts'
import { add, collect, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'
import { expectWarnings, warningsSoFar } from './warnings.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** A recorded run of ten batches. */
async function recorded(): Promise<{ run: ReturnType<typeof tallyRun>; directory: string; ref: string }> {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  for (let at = 0; at < 10; at++) run.in.send(add())
  const recorder = repository.record(run)
  await recorder.stop()
  await repository.close()
  return { run, directory: repository.directory, ref: recorder.ref }
}

function packOf(directory: string): string {
  const packs = join(directory, 'objects/pack')
  const pack = readdirSync(packs).find((name) => name.endsWith('.pack'))!
  chmodSync(join(packs, pack), 0o644)
  return join(packs, pack)
}

test('a repository that may not be written to', async () => {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const packs = join(directory, 'objects/pack')
  const run = tallyRun()
  run.in.send(add())
  // Root may write everywhere, so the process becomes another user meanwhile.
  const root = process.geteuid?.() === 0
  for (const name of readdirSync(directory, { recursive: true })) {
    if (root) chownSync(join(directory, String(name)), 65_534, 65_534)
  }
  chmodSync(folder.path, 0o755)
  chmodSync(packs, 0o555)
  const home = process.env['HOME']
  process.env['HOME'] = folder.path
  if (root) process.seteuid?.(65_534)
  const recorder = repository.record(run)
  const ports = recorder.ports()
  const error = await rejection(recorder.flush())
  if (root) process.seteuid?.(0)
  process.env['HOME'] = home
  chmodSync(packs, 0o755)
  expect(error).toMatchObject({ code: 'WRITE_FAILED', run: run.id, message: expect.stringMatching(/EACCES.*pack/) })
  expect(recorder.error).toBe(error)
  expect(await rejection(recorder.done)).toBe(error)
  expect(await rejection(ports.in.getWriter().write(add()))).toBe(error)
  expect(await rejection(ports.out.getReader().read())).toBe(error)

  // The run continued, and is recorded completely once the repository can be written to.
  expect(run.snapshot.current.state).toEqual({ total: 2 })
  expect(readdirSync(packs)).toEqual([])
  expect(await repository.record(run).stop()).toBe(2)
})

test('a repository that vanished', async () => {
  const { run, directory } = await recorded()
  const repository = await openRepository(directory)
  const recorder = repository.record(run)
  await recorder.flush()
  renameSync(directory, `${directory}-moved`)
  run.in.send(add())
  expect(await rejection(recorder.flush())).toMatchObject({ code: 'WRITE_FAILED', sequence: 10 })
  expect(await rejection(openRepository(directory))).toMatchObject({ code: 'NOT_A_REPOSITORY' })
  renameSync(`${directory}-moved`, directory)
  expect(await repository.record(run).stop()).toBe(11)
})

test('an object whose bytes were changed', async () => {
  const { run, directory } = await recorded()
  const pack = packOf(directory)
  const bytes = readFileSync(pack)
  bytes[bytes.lastIndexOf('"by":1') + 5] = 0x39
  writeFileSync(pack, bytes)
  const repository = await openRepository(directory)
  expect(await rejection(repository.open(tally, run.id))).toMatchObject({ code: 'OBJECT_CORRUPT' })
  expect(await rejection(collect(repository.history(run.id)))).toMatchObject({ code: 'OBJECT_CORRUPT' })
})

test('a pack that was truncated', async () => {
  const { run, directory } = await recorded()
  const pack = packOf(directory)
  truncateSync(pack, readFileSync(pack).length - 400)
  const repository = await openRepository(directory)
  const error = await rejection(repository.open(tally, run.id))
  expect(['OBJECT_CORRUPT', 'RUN_MISSING']).toContain(error.code)
})

test('a ref that someone else moved back, moved elsewhere or deleted', async () => {
  for (const [how, code, said] of [
    [
      (directory: string, ref: string) => git(directory, 'update-ref', ref, `${ref}~3`),
      'HISTORY_DIVERGED',
      'moved back',
    ],
    [
      (directory: string, ref: string) =>
        git(directory, 'update-ref', ref, git(directory, 'rev-parse', 'refs/heads/machines/tally/1.0')),
      'HISTORY_DIVERGED',
      'another history',
    ],
    [(directory: string, ref: string) => git(directory, 'update-ref', '-d', ref), 'HISTORY_DIVERGED', 'deleted'],
  ] as const) {
    const { run, directory, ref } = await recorded()
    const repository = await openRepository(directory)
    const recorder = repository.record(run)
    await recorder.flush()
    how(directory, ref)
    run.in.send(add())
    const error = await rejection(recorder.flush())
    expect(error).toMatchObject({ code, sequence: 10, message: expect.stringContaining(said) })
    expect(run.snapshot.current.sequence).toBe(11)
  }
})

test('if two continue one run exactly one wins, and the other gets the last commit that they share', async () => {
  const { run, directory } = await recorded()
  const opened = await Promise.all(
    [1, 2].map(async (by) => {
      const repository = await openRepository(directory)
      const mine = await repository.open(tally, run.id)
      const recorder = repository.record(mine)
      await recorder.flush()
      mine.in.send(add(by))
      return { mine, recorder }
    }),
  )
  const ends = await Promise.allSettled(opened.map(({ recorder }) => recorder.flush()))
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const winner = opened[ends.findIndex(({ status }) => status === 'fulfilled')]!
  const loser = opened[ends.findIndex(({ status }) => status === 'rejected')]!
  expect(git(directory, 'rev-parse', winner.recorder.ref)).toBe(winner.mine.head)
  expect(loser.recorder.error).toMatchObject({
    code: 'HISTORY_DIVERGED',
    run: run.id,
    heads: { recorded: winner.mine.head, run: loser.mine.head, common: run.head },
  })

  const late = await openRepository(directory)
  const recorder = late.record(run)
  for (let times = 0; times < 2; times++) {
    expect(await rejection(recorder.flush())).toMatchObject({
      code: 'HISTORY_DIVERGED',
      heads: { common: run.head },
      message: expect.stringContaining('another process continued it'),
    })
  }
})

test('an object that was damaged in memory is not written, and other runs of its group are', async () => {
  const repository = await makeRepository(folder)
  const [damaged, sound] = [tallyRun(), tallyRun()]
  for (const run of [damaged, sound]) run.in.send([add(), add(2)])
  damaged.in.send(add())
  recordable(damaged).digestAt(2)[0]! ^= 1
  const recorders = [repository.record(damaged), repository.record(sound)]
  const ends = await Promise.allSettled(recorders.map(({ flush }) => flush()))
  expect(ends).toMatchObject([{ reason: { code: 'OBJECT_CORRUPT', run: damaged.id, sequence: -1 } }, { value: 1 }])
  expect(git(repository.directory, 'for-each-ref', '--format=%(refname)', 'refs/runs')).toBe(recorders[1]!.ref)
  expect(git(repository.directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  expect((await repository.open(tally, sound.id)).head).toBe(sound.head)
})

test.each([
  ['reads a run', 'rev-list'],
  ['opens the repository', '--show-object-format'],
  ['reads remotes and settings', 'config --null'],
  ['lists refs', 'for-each-ref'],
])('a git that was ended while it %s says nothing about the repository', async (_what, words) => {
  const { run, directory } = await recorded()
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const place = mkdtempSync(join(folder.path, 'ended-'))
  const script = `#!/bin/sh\ncase "$*" in *"${words}"*) kill -INT $$ ;; esac\nexec ${real} "$@"\n`
  writeFileSync(join(place, 'git'), script, { mode: 0o755 })
  vi.stubEnv('PATH', [place, process.env['PATH']].join(delimiter))
  const read = async (): Promise<unknown> => {
    const repository = await openRepository(directory)
    await collect(repository.runs())
    return await repository.open(tally, run.id)
  }
  const error = await rejection(read())
  vi.unstubAllEnvs()
  expect(error).toMatchObject({ code: 'GIT_FAILED', message: expect.stringContaining('SIGINT') })
  expect(await read()).toMatchObject({ head: run.head })
})

test('a run whose head cannot be computed makes its own recorder fail, and no other', async () => {
  const repository = await makeRepository(folder)
  const [damaged, sound] = [tallyRun(), tallyRun()]
  damaged.in.send(add())
  recordable(damaged).digestAt(1)[0]! ^= 1
  // Nobody waits for its recorder before that fails.
  expectWarnings('OBJECT_CORRUPT')
  Object.defineProperty(damaged, 'head', {
    get: () => {
      throw new RangeError('Invalid string length')
    },
  })
  const recorders = [repository.record(damaged), repository.record(sound)]
  const ends = await Promise.allSettled(recorders.map(({ stop }) => stop()))
  expect(ends).toMatchObject([{ reason: { code: 'OBJECT_CORRUPT' } }, { value: 0 }])
  await repository.close()
})

test('a lock that a killed process left is reported, and removed once it is old', async () => {
  const { run, directory, ref } = await recorded()
  const lock = join(directory, `${ref}.lock`)
  mkdirSync(dirname(lock), { recursive: true })
  writeFileSync(lock, '')
  keepYoung(lock)
  const repository = await openRepository(directory)
  run.in.send(add())
  expect(await rejection(repository.record(run).flush())).toMatchObject({
    code: 'REPOSITORY_LOCKED',
    message: expect.stringContaining(lock),
  })
  const before = Date.now() / 1000 - 11
  utimesSync(lock, before, before)
  expectWarnings('XMACHINES_STALE_LOCK')
  expect(await repository.record(run).stop()).toBe(11)
  expect(await warningsSoFar()).toEqual([expect.stringContaining(lock)])
})

test.skipIf(process.platform !== 'linux')(
  'a git that gives no answer is killed, and another makes the move',
  async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    const recorder = repository.record(run)
    await recorder.flush()
    const [hanging] = gitsOf(process.pid, repository.directory, 'update-ref')
    process.kill(hanging!, 'SIGSTOP')
    expectWarnings('XMACHINES_GIT_HANGS')
    // The clock advances only until that git is killed: the next one gets its full time.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    run.in.send(add())
    const flushed = recorder.flush()
    while ((await warningsSoFar()).length === 0) vi.advanceTimersByTime(1000)
    vi.useRealTimers()
    expect(await warningsSoFar()).toEqual([expect.stringContaining(`git update-ref in ${repository.directory}`)])
    expect(await flushed).toBe(1)
    expect(git(repository.directory, 'rev-parse', recorder.ref)).toBe(run.head)
  },
)
