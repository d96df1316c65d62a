/**
 * Writers that record equal batches: the oids are equal, and still each batch is acknowledged to one of them alone. If git
 * dies without an answer, the receipt of the append says whose batch it is.
 */
import { execFileSync } from 'node:child_process'
import { renameSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, restoreRun } from '@xmachines/core'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { type Fault, type FaultyGit, faultyGit, tracedGit } from './faulty-git.ts'
import { add, git, makeFolder, makeRepository, rejection, type TallyRun, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** A recorded run of two batches, opened by two handles that have not recorded anything yet. */
async function openTwice(format: 'sha1' | 'sha256' = 'sha1'): Promise<{
  readonly handles: readonly [Repository, Repository]
  readonly runs: readonly [TallyRun, TallyRun]
  readonly id: string
  readonly directory: string
  readonly ref: string
}> {
  const one = await makeRepository(folder, format)
  const seed = tallyRun(format)
  for (const by of [7, 8]) seed.in.send(add(by))
  await one.record(seed).stop()
  const two = await openRepository(one.directory)
  const { id } = seed
  const runs = [await one.open(tally, id), await two.open(tally, id)] as const
  return { handles: [one, two], runs, id, directory: one.directory, ref: `refs/runs/tally/${id}` }
}

async function sequenceIn(directory: string, id: string): Promise<number> {
  return (await (await openRepository(directory)).find(id)).sequence
}

describe.each(['sha1', 'sha256'] as const)('in %s', (format) => {
  test('of two writers that record an equal batch one is acknowledged, and the other gets the last commit that they share', async () => {
    const { handles, runs, id, directory, ref } = await openTwice(format)
    const before = runs[0].head
    const recorders = handles.map((handle, at) => handle.record(runs[at]!))
    const writers = recorders.map((recorder) => recorder.ports().in.getWriter())
    const ends = await Promise.allSettled(writers.map((writer) => writer.write(add())))
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await sequenceIn(directory, id)).toBe(3)
    const loser = ends.findIndex(({ status }) => status === 'rejected')
    expect(recorders[loser]!.error).toMatchObject({
      code: 'HISTORY_DIVERGED',
      sequence: 2,
      message: expect.stringContaining('another writer recorded an equal batch 3 first'),
      // What is sent again is what comes after the common commit.
      heads: { recorded: runs[0].head, run: runs[0].head, common: before },
    })

    const again = await handles[loser]!.open(tally, id)
    again.in.send(add())
    await handles[loser]!.record(again).stop()
    expect((await handles[0].open(tally, id)).snapshot.current).toMatchObject({ sequence: 4, state: { total: 17 } })
    expect(git(directory, 'rev-parse', ref)).toBe(again.head)
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })
})

describe('a recorder takes over what is recorded only if it is the own of its run', () => {
  test('not a batch that another recorded before the recorder was made', async () => {
    const { handles, runs, id, directory } = await openTwice()
    for (const run of runs) run.in.send(add())
    await handles[0].record(runs[0]).stop()
    expect(await rejection(handles[1].record(runs[1]).flush())).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 2 })
    expect(await sequenceIn(directory, id)).toBe(3)
  })

  test('not equal batches that another continued, however far and however differently', async () => {
    for (const [theirs, mine] of [
      [[1, 1, 1], [1]],
      [[1], [1, 1, 1]],
      [
        [1, 1, 5],
        [1, 1, 6],
      ],
    ] as const) {
      const { handles, runs, directory, id } = await openTwice()
      const common = runs[1].head
      for (const by of theirs) runs[0].in.send(add(by))
      await handles[0].record(runs[0]).stop()
      for (const by of mine) runs[1].in.send(add(by))
      expect(await rejection(handles[1].record(runs[1]).flush())).toMatchObject({
        code: 'HISTORY_DIVERGED',
        heads: { common, recorded: runs[0].head, run: runs[1].head },
      })
      expect(await sequenceIn(directory, id)).toBe(2 + theirs.length)
    }
  })

  test('not the batches of a run that was created twice from the same nonce', async () => {
    const repository = await makeRepository(folder)
    const same = (): TallyRun =>
      createRun(tally, { createdAt: 1_700_000_000, nonce: new Uint8Array(16), input: undefined })
    const [one, two] = [same(), same()]
    for (const run of [one, two]) run.in.send(add())
    await repository.record(one).stop()
    expect(await rejection(repository.record(two).flush())).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 0 })
    // The genesis holds no batch, so whoever makes it again continues from it.
    const three = same()
    const born = await makeRepository(folder)
    await born.record(same()).stop()
    three.in.send(add())
    expect(await born.record(three).stop()).toBe(1)
  })

  test('a fast writer with many batches under way loses them all to an equal one', async () => {
    const { handles, runs, directory, id } = await openTwice()
    const [fast, slow] = [handles[1].record(runs[1]), handles[0].record(runs[0])]
    await Promise.all([fast.flush(), slow.flush()])
    runs[0].in.send(add())
    await slow.flush()
    const waits: Promise<number>[] = []
    for (let at = 0; at < 20; at++) {
      runs[1].in.send(add())
      waits.push(fast.flush())
      await new Promise(setImmediate)
    }
    const ends = await Promise.allSettled(waits)
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
    expect(fast.error).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 2 })
    expect(await sequenceIn(directory, id)).toBe(3)
  })

  test('but what it began with, however it was restored', async () => {
    const { handles, runs } = await openTwice()
    const restored = restoreRun(tally, runs[0].toJSON())
    restored.in.send(add())
    expect(await handles[0].record(restored).stop()).toBe(3)
    expect((await handles[1].import(restored.toJSON())).sequence).toBe(3)
    const elsewhere = await makeRepository(folder)
    await elsewhere.import(restored.toJSON(), { machine: tally })
    const late = restoreRun(tally, restored.toJSON())
    late.in.send(add())
    expect(await elsewhere.record(late).stop()).toBe(4)
  })

  test('but what any recorder acknowledged to this run object, here or in another repository', async () => {
    const { handles, runs, directory } = await openTwice()
    const [run] = runs
    run.in.send(add())
    await handles[0].record(run).stop()
    expect(await handles[0].record(run).stop()).toBe(3)
    expect(await handles[1].record(run).stop()).toBe(3)
    const elsewhere = await makeRepository(folder)
    await elsewhere.addRemote('origin', directory)
    await elsewhere.fetch('origin', run.id)
    run.in.send(add())
    expect(await elsewhere.record(run).stop()).toBe(4)
  })

  test('but what another recorder of this run object appends at the same moment', async () => {
    const { handles, runs, directory, id } = await openTwice()
    const [run] = runs
    const recorders = [
      handles[0].record(run),
      handles[1].record(run),
      handles[1].record(run, { durability: 'process' }),
    ]
    for (let at = 0; at < 60; at++) {
      run.in.send(add())
      if (at % 4 === 0) await Promise.race(recorders.map(({ flush }) => flush()))
    }
    expect(await Promise.all(recorders.map(({ flush }) => flush()))).toEqual([62, 62, 62])
    expect(await sequenceIn(directory, id)).toBe(62)
  })
})

describe('an answer of git that was lost is settled by its receipt', () => {
  /** Two writers at sequence 2. The git of the one dies as planned; that of the other is at work already. */
  async function lose(...faults: readonly Fault[]) {
    const { handles, runs, directory, id } = await openTwice()
    const other = { run: runs[0], recorder: handles[0].record(runs[0]) }
    const mine = { run: runs[1], recorder: handles[1].record(runs[1]) }
    await Promise.all([other, mine].map(({ recorder }) => recorder.flush()))
    const faulty: FaultyGit = faultyGit(folder)
    faulty.plan(...faults)
    return { ...mine, other, faulty, directory, id }
  }

  test.each<[Fault, number]>([
    ['before', 1],
    ['between', 1],
    ['after', 1],
    ['between', 3],
    ['after', 3],
  ])('if it was killed %s the moves, %i times, the batch is acknowledged once it is there', async (fault, times) => {
    const { run, recorder, faulty, directory, id } = await lose(...Array<Fault>(times).fill(fault))
    for (let at = 0; at < times; at++) {
      run.in.send(add())
      expect(await recorder.flush()).toBe(3 + at)
    }
    expect(faulty.left()).toEqual([])
    expect(git(directory, 'rev-parse', recorder.ref)).toBe(run.head)
    expect(await sequenceIn(directory, id)).toBe(2 + times)
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })

  test('if another recorded an equal batch before, it is not acknowledged', async () => {
    const { run, recorder, other, faulty, directory, id } = await lose('before')
    other.run.in.send(add())
    expect(await other.recorder.flush()).toBe(3)
    run.in.send(add())
    expect(await rejection(recorder.flush())).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 2 })
    expect(faulty.left()).toEqual([])
    expect(await sequenceIn(directory, id)).toBe(3)
  })

  test.each<Fault>(['before', 'between'])(
    'if another records an equal batch after git was killed %s the moves, it is not acknowledged',
    async (fault) => {
      const { run, recorder, faulty, directory, id } = await lose(fault)
      const child = join(import.meta.dirname, 'append-child.ts')
      faulty.meanwhile(process.execPath, '--conditions=@xmachines/source', child, directory, id)
      run.in.send(add())
      expect(await rejection(recorder.flush())).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 2 })
      expect(await sequenceIn(directory, id)).toBe(3)
      expect(git(directory, 'rev-parse', recorder.ref)).toBe(run.head)
    },
  )

  test.each([1, 2])(
    'if another continued the run with %i meanwhile, the batch is acknowledged, and no later one',
    async (by) => {
      const { run, recorder, faulty, directory, id } = await lose('after')
      const child = join(import.meta.dirname, 'append-child.ts')
      faulty.meanwhile(process.execPath, '--conditions=@xmachines/source', child, directory, id, String(by))
      const ended = rejection(recorder.done)
      run.in.send(add())
      expect(await recorder.flush()).toBe(3)
      expect(await ended).toMatchObject({
        code: 'HISTORY_DIVERGED',
        sequence: 3,
        heads: { common: run.head, run: run.head },
      })
      expect(recorder.recorded).toBe(3)
      expect(await sequenceIn(directory, id)).toBe(4)
    },
  )

  test('by the next recorder of the run, if the repository could not be read', async () => {
    const { run, recorder, faulty, directory, id } = await lose('after')
    const away = `${directory}-away`
    // It also warns that it cannot repack.
    vi.spyOn(process, 'emitWarning').mockReturnValue()
    faulty.meanwhile('mv', directory, away)
    run.in.send(add())
    expect(await rejection(recorder.flush())).toMatchObject({ sequence: 2 })
    renameSync(away, directory)
    const late = await openRepository(directory)
    expect(await late.record(run).flush()).toBe(3)
    expect(await sequenceIn(directory, id)).toBe(3)
  })

  test('and if its receipt is gone, it is not known whose the batch is', async () => {
    const { run, recorder, faulty, directory, id } = await lose('after')
    faulty.meanwhile('git', '-C', directory, 'update-ref', '-d', `refs/receipts/tally/${id}`)
    run.in.send(add())
    const error = await rejection(recorder.flush())
    expect(error).toMatchObject({ code: 'UNKNOWN', sequence: 2, message: expect.stringContaining('it is not known') })
    // It is neither acknowledged nor sent again, by this recorder or the next.
    const late = await openRepository(directory)
    expect(await rejection(late.record(run).flush())).toMatchObject({ code: 'UNKNOWN', sequence: 2 })
    expect(await sequenceIn(directory, id)).toBe(3)
  })
})

test.skipIf(process.platform !== 'linux')(
  'a git that is killed after it moved the ref of the receipt leaves the run as it was, and the next append follows',
  async () => {
    const { handles, runs, directory, id, ref } = await openTwice()
    const [receipts, lock] = [`refs/receipts/tally/${id}`, join(directory, `${ref}.lock`)]
    const kill = ['-P', lock, '-e', 'inject=?rename,?renameat,?renameat2:signal=SIGKILL']
    tracedGit(folder, kill, { kept: lock })
    const [run] = runs.slice(1)
    const recorder = handles[1].record(run!)
    run!.in.send(add())
    // It also left the lock.
    expect(await rejection(recorder.flush())).toMatchObject({ code: 'REPOSITORY_LOCKED', sequence: 2 })
    expect(git(directory, 'rev-list', '--count', ref)).toBe('4')
    const subjects = ['receipt tally@1.0 at 3', 'receipt tally@1.0 at 2'].join('\n')
    expect(git(directory, 'log', '--format=%s', receipts)).toBe(subjects)

    utimesSync(lock, 1, 1)
    vi.spyOn(process, 'emitWarning').mockReturnValue()
    runs[0].in.send(add())
    expect(await handles[0].record(runs[0]).stop()).toBe(3)
    expect(git(directory, 'log', '-1', '--format=%B', receipts)).toContain(`Head: ${runs[0].head}`)
    expect(git(directory, 'log', '--format=%s', receipts)).toBe(subjects)
    expect(await rejection(handles[1].record(run!).flush())).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 2 })
    expect(await sequenceIn(directory, id)).toBe(3)
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  },
  60_000,
)

describe('the receipts of a run', () => {
  const receiptsOf = (directory: string, id: string): string[] =>
    git(directory, 'log', '--format=%H', `refs/receipts/tally/${id}`).split('\n')

  test('are one for each append, and name its head and its token', async () => {
    const repository = await makeRepository(folder)
    const { directory } = repository
    const run = tallyRun()
    const recorder = repository.record(run)
    await recorder.flush()
    run.in.send(add())
    run.in.send(add())
    await recorder.flush()
    expect(receiptsOf(directory, run.id)).toHaveLength(2)
    const said = git(directory, 'log', '-1', '--format=%B', `refs/receipts/tally/${run.id}`)
    const lines = ['receipt tally@1.0 at 2', '', 'After: 0', `Head: ${run.head}`, 'Token: [0-9a-f]{32}', 'Count: 2']
    const outputs = ['Position: 2', 'Settled: 0', 'Keys: 0', '']
    expect(said).toMatch(new RegExp(`^${[...lines, ...outputs].join('\\n')}$`))
    expect(git(directory, 'ls-tree', `refs/receipts/tally/${run.id}`)).toBe('')
    expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
  })

  test('begin anew in a repository that has none, in one whose ref was moved back, and after a run was deleted', async () => {
    const { handles, runs, directory, id, ref } = await openTwice()
    const [repository] = handles
    git(directory, 'update-ref', '-d', `refs/receipts/tally/${id}`)
    runs[0].in.send(add())
    await repository.record(runs[0]).stop()
    expect(receiptsOf(directory, id)).toHaveLength(1)

    // A receipt whose batch is no longer in the history never happened.
    git(directory, 'update-ref', ref, `${ref}~1`)
    const opened = await repository.open(tally, id)
    opened.in.send(add(3))
    await repository.record(opened).stop()
    expect(receiptsOf(directory, id)).toHaveLength(1)
    expect(git(directory, 'log', '-1', '--format=%B', `refs/receipts/tally/${id}`)).toContain(`Head: ${opened.head}`)

    git(directory, 'update-ref', '-d', ref)
    const restored = restoreRun(tally, opened.toJSON())
    expect(await repository.record(restored).stop()).toBe(3)
    expect(receiptsOf(directory, id)).toHaveLength(1)
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })

  test('stay few: Git may collect the older ones', async () => {
    const repository = await makeRepository(folder)
    const { directory } = repository
    const run = tallyRun()
    await repository.record(run).stop()
    const ref = `refs/receipts/tally/${run.id}`
    // As if the chain had many receipts already.
    const input = `${git(directory, 'cat-file', 'commit', ref).replace('Count: 1', 'Count: 1020')}\n`
    const hash = ['-C', directory, 'hash-object', '-t', 'commit', '-w', '--stdin']
    git(directory, 'update-ref', ref, execFileSync('git', hash, { input, encoding: 'utf8' }).trim())
    const recorder = repository.record(run)
    for (let at = 0; at < 10; at++) {
      run.in.send(add())
      await recorder.flush()
    }
    const receipts = receiptsOf(directory, run.id)
    expect(receipts).toHaveLength(6)
    expect(git(directory, 'log', '-1', '--format=%B', receipts.at(-1)!)).toMatch(/\nCount: 1\nEarlier: [0-9a-f]{40}\n/)
    git(directory, 'gc', '--quiet', '--prune=now')
    expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
    run.in.send(add())
    expect(await recorder.stop()).toBe(11)
  })

  test('are not pushed or fetched, and a mirror carries them', async () => {
    const { handles, runs, directory, id } = await openTwice()
    const hub = await makeRepository(folder)
    await handles[0].addRemote('hub', hub.directory)
    await handles[0].push('hub', id)
    expect(git(hub.directory, 'for-each-ref', 'refs/receipts')).toBe('')
    const mirror = `${directory}-mirror`
    git(directory, 'clone', '--quiet', '--mirror', directory, mirror)
    expect(git(mirror, 'rev-parse', `refs/receipts/tally/${id}`)).toBe(
      git(directory, 'rev-parse', `refs/receipts/tally/${id}`),
    )

    // At the hub, and in a repository that fetched from it, receipts begin with the next append.
    const run = await hub.open(tally, id)
    run.in.send(add())
    expect(await hub.record(run).stop()).toBe(3)
    expect(receiptsOf(hub.directory, id)).toHaveLength(1)
    await handles[0].fetch('hub', id)
    runs[0].in.send(add())
    expect(await rejection(handles[0].record(runs[0]).flush())).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 2 })
    const opened = await handles[0].open(tally, id)
    opened.in.send(add())
    expect(await handles[0].record(opened).stop()).toBe(4)
    expect(receiptsOf(directory, id)).toHaveLength(2)
  })
})
