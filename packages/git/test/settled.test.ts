/**
 * How far the outputs of a run have settled, however the run came into the repository: those of a created run have not, and
 * those of a run that came from elsewhere have.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forkRun, restoreRun } from '@xmachines/core'
import { handleShared, openShared, recordRun } from '@xmachines/core/store'
import type { Repository } from '@xmachines/git'
import { openRepository } from '@xmachines/git'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { programIn } from './program.ts'
import { add, collect, git, makeFolder, makeRepository, type TallyRun, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
const opened: Repository[] = []
const program = programIn(folder.path)
afterAll(() => folder.remove())
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))))

async function newRepository(format: 'sha1' | 'sha256' = 'sha1'): Promise<Repository> {
  const repository = await makeRepository(folder, format)
  opened.push(repository)
  return repository
}

async function reopen({ directory }: Repository): Promise<Repository> {
  const repository = await openRepository(directory)
  opened.push(repository)
  return repository
}

/** A run with an output for each number. */
function runWith(...numbers: readonly number[]): TallyRun {
  const run = tallyRun()
  for (const by of numbers) run.in.send(add(by))
  return run
}

/** How far outputs are, as the list says; undefined if the run is not listed. */
async function listed({ store }: Repository, id: string, unsettled = false) {
  const found = (await collect(store.list({ unsettled }))).find((run) => run.id === id)
  return found && { position: found.position, settled: found.settled }
}

/** The totals of the outputs that are handled from where they have not settled, once some were sent too. */
async function handled({ store }: Repository, id: string, ...numbers: readonly number[]): Promise<number[]> {
  const run = await openShared(store, id, tally)
  const over = new AbortController()
  const totals: number[] = []
  const handling = handleShared(run, { total: ({ total }) => void totals.push(total) }, { signal: over.signal })
  for (const by of numbers) run.in.send(add(by))
  await run.flush()
  await expect.poll(() => listed({ store } as Repository, id, true)).toBeUndefined()
  over.abort()
  await handling
  run.close()
  // Outputs are handled side by side.
  return totals.toSorted((one, other) => one - other)
}

/** Records a run that has another output. */
async function continueIn(repository: Repository, id: string, by: number): Promise<void> {
  const run = await repository.open(tally, id)
  run.in.send(add(by))
  await repository.record(run).stop()
}

describe('a run that a recorder records', () => {
  test('has not settled, while the recorder is live and after it', async () => {
    const repository = await newRepository()
    const run = runWith(1)
    const recorder = repository.record(run)
    await recorder.flush()
    expect(await listed(repository, run.id, true)).toEqual({ position: 1, settled: 0 })
    run.in.send(add(2))
    await recorder.stop()
    expect(await listed(repository, run.id, true)).toEqual({ position: 2, settled: 0 })
    const lease = await repository.store.lease(run.id, { owner: 'one', ttl: 60_000 })
    expect(lease?.settled).toBe(0)
    await lease?.release()
    expect(await handled(repository, run.id)).toEqual([1, 3])
    await continueIn(repository, run.id, 10)
    expect(await listed(repository, run.id, true)).toEqual({ position: 3, settled: 2 })
    expect(await handled(await reopen(repository), run.id)).toEqual([13])
  })

  test('has settled what it had when it was restored or forked', async () => {
    const repository = await newRepository()
    const restored = restoreRun(tally, runWith(1, 2).toJSON())
    restored.in.send(add(4))
    const forked = forkRun(restored, 2)
    for (const run of [restored, forked]) await repository.record(run).stop()
    expect(await listed(repository, restored.id, true)).toEqual({ position: 3, settled: 2 })
    expect(await listed(repository, forked.id)).toEqual({ position: 2, settled: 2 })
    expect(await handled(repository, restored.id, 8)).toEqual([7, 15])
    expect(await handled(repository, forked.id, 8)).toEqual([11])
  })

  test('is the same to the store, whichever of the two records it', async () => {
    const repository = await newRepository()
    const [recorded, stored] = [runWith(1, 2), runWith(1, 2)]
    await repository.record(recorded).stop()
    await recordRun(stored, repository.store).stop()
    for (const { id } of [recorded, stored]) {
      expect(await listed(repository, id, true)).toEqual({ position: 2, settled: 0 })
    }
  })
})

test('an import with the machine counts the outputs, and knows no keys of where the run came from', async () => {
  const repository = await newRepository()
  const run = runWith(1, 2)
  await repository.import(run.toJSON(), { machine: tally })
  expect(await listed(repository, run.id)).toEqual({ position: 2, settled: 2 })
  expect((await repository.store.lease(run.id, { owner: 'one', ttl: 1000 }))?.settled).toBe(2)
  await expect(repository.store.receipt(run.id, 'order-7', 1)).rejects.toMatchObject({ code: 'UNKNOWN' })
  expect(await repository.store.receipt(run.id, 'order-7', 2)).toBeUndefined()
  run.in.send(add(4))
  await repository.import(run.toJSON(), { machine: tally })
  expect(await listed(repository, run.id)).toEqual({ position: 3, settled: 3 })
  expect(git(repository.directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
})

type Arrival = (from: Repository, run: TallyRun) => Promise<Repository>

/** Takes the receipts of a run away, or what stores add to them. */
function withoutReceipts({ directory }: Repository, id: string, only?: 'positions'): void {
  const ref = `refs/receipts/tally/${id}`
  if (only === undefined) return void git(directory, 'update-ref', '-d', ref)
  const input = `${git(directory, 'cat-file', 'commit', ref).replace(/\nPosition: [^]*$/, '')}\n`
  const hash = ['-C', directory, 'hash-object', '-t', 'commit', '-w', '--stdin']
  git(directory, 'update-ref', ref, execFileSync('git', hash, { input, encoding: 'utf8' }).trim())
}

const arrivals: readonly (readonly [string, Arrival])[] = [
  [
    'was imported',
    async (_from, run) => {
      const there = await newRepository()
      await there.import(run.toJSON(), { machine: tally })
      return there
    },
  ],
  [
    'the program imported',
    async (_from, run) => {
      const there = await newRepository()
      writeFileSync(join(folder.path, `${run.id}.json`), JSON.stringify(run))
      const done = await program(['-C', there.directory, 'import', '-m', 'tally.mjs', `${run.id}.json`])
      expect(done).toMatchObject({ status: 0 })
      return there
    },
  ],
  [
    'was fetched',
    async ({ directory }, run) => {
      const there = await newRepository()
      await there.addRemote('origin', directory)
      await there.fetch('origin', run.id)
      return there
    },
  ],
  [
    'was pushed',
    async (from, run) => {
      const there = await newRepository()
      await from.addRemote('there', there.directory)
      await from.push('there', run.id)
      return there
    },
  ],
  [
    'was recorded before there were receipts',
    async (from, run) => {
      withoutReceipts(from, run.id)
      return await reopen(from)
    },
  ],
  [
    'was recorded before receipts had positions',
    async (from, run) => {
      withoutReceipts(from, run.id, 'positions')
      return await reopen(from)
    },
  ],
]

describe.each(arrivals)('a run that %s', (_how, arrive) => {
  async function arrived(): Promise<{ there: Repository; id: string }> {
    const from = await newRepository()
    const run = runWith(1, 2)
    await from.record(run).stop()
    return { there: await arrive(from, run), id: run.id }
  }

  test('has settled, and fires no old output', async () => {
    const { there, id } = await arrived()
    expect(await listed(there, id, true)).toBeUndefined()
    const { position, settled } = (await listed(there, id)) as { position: number; settled: number }
    expect(settled).toBe(position)
    expect(await handled(there, id)).toEqual([])
    expect(await handled(there, id, 10)).toEqual([13])
    expect(await handled(await reopen(there), id, 20)).toEqual([33])
    expect(await listed(there, id)).toEqual({ position: 4, settled: 4 })
    expect(git(there.directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  })

  test('has not settled what is recorded there', async () => {
    const { there, id } = await arrived()
    await continueIn(there, id, 10)
    expect(await listed(there, id, true)).toEqual({ position: 3, settled: 2 })
    expect(await handled(await reopen(there), id)).toEqual([13])
  })

  test('says so to whoever takes the lease without a machine', async () => {
    const { there, id } = await arrived()
    const lease = await there.store.lease(id, { owner: 'one', ttl: 60_000 })
    expect(lease?.settled).toBeGreaterThanOrEqual(2)
    await lease?.settle(2)
    await lease?.renew()
    await lease?.release()
    expect(await handled(there, id, 10)).toEqual([13])
  })
})

describe('what came from elsewhere after a run was here', () => {
  test('may have been appended under any key', async () => {
    const { here, id } = await inTwo(true)
    const { store } = here
    await here.fetch('elsewhere', id)
    const codes = async (): Promise<unknown[]> =>
      await Promise.all(
        [2, 3].map(
          async (since) => await store.receipt(id, 'order-7', since).catch(({ code }: { code: string }) => code),
        ),
      )
    expect(await codes()).toEqual(['UNKNOWN', undefined])
    await continueIn(here, id, 20)
    expect(await codes()).toEqual(['UNKNOWN', undefined])
    const [token = ''] =
      /[0-9a-f]{32}/.exec(
        git(here.directory, 'log', '-1', '--format=%B', `refs/receipts/tally/${id}`).replace(/Head: .*/, ''),
      ) ?? []
    expect((await (await reopen(here)).store.receipt(id, token, 3))?.sequence).toBe(4)
  })

  test('is not handled again, while what had not settled here is', async () => {
    const { here, elsewhere, id } = await inTwo(true)
    await here.fetch('elsewhere', id)
    expect(await listed(here, id, true)).toMatchObject({ settled: 0 })
    expect(await handled(here, id)).toEqual([1, 3])
    expect(await handled(await reopen(here), id, 20)).toEqual([33])
    await here.push('elsewhere', id)
    expect(await handled(elsewhere, id)).toEqual([13])
  })

  test('is not handled again if a recorder continues it, or an import brought it', async () => {
    const one = await inTwo(true)
    await one.here.fetch('elsewhere', one.id)
    await continueIn(one.here, one.id, 20)
    expect(await listed(one.here, one.id, true)).toEqual({ position: 4, settled: 0 })
    expect(await handled(one.here, one.id)).toEqual([1, 3, 33])
    const two = await inTwo(true)
    await two.here.import(await two.elsewhere.export(two.id, { machine: tally }), { machine: tally })
    await continueIn(two.here, two.id, 20)
    expect(await handled(await reopen(two.here), two.id)).toEqual([1, 3, 33])
  })

  /** A run that is in two repositories, with two outputs, which have settled in the first unless they are pending. */
  async function inTwo(pending: boolean) {
    const [here, elsewhere] = [await newRepository(), await newRepository()]
    const run = runWith(1, 2)
    await here.record(run).stop()
    if (!pending) expect(await handled(here, run.id)).toEqual([1, 3])
    await elsewhere.addRemote('origin', here.directory)
    await elsewhere.fetch('origin', run.id)
    await continueIn(elsewhere, run.id, 10)
    await here.addRemote('elsewhere', elsewhere.directory)
    return { here, elsewhere, id: run.id }
  }

  test.each(['fetched', 'pushed', 'imported'] as const)('has settled if all had, when it is %s', async (how) => {
    const { here, elsewhere, id } = await inTwo(false)
    if (how === 'fetched') await here.fetch('elsewhere', id)
    else if (how === 'pushed') await elsewhere.push('origin', id)
    else await here.import(await elsewhere.export(id, { machine: tally }))
    expect(await listed(here, id, true)).toBeUndefined()
    expect(await handled(here, id, 20)).toEqual([33])
    await elsewhere.fetch('origin', id)
    expect(await listed(elsewhere, id, true)).toBeDefined()
  })

  test('has settled too if it came while somebody held the lease, and another waited for it', async () => {
    const { here, id } = await inTwo(false)
    const lease = await here.store.lease(id, { owner: 'one', ttl: 60_000 })
    expect(lease?.settled).toBe(2)
    await here.fetch('elsewhere', id)
    const waiting = { owner: 'two', ttl: 60_000, positionAt: async () => 3 }
    expect(await here.store.lease(id, waiting)).toBeUndefined()
    await lease?.renew()
    await lease?.release()
    expect((await here.store.lease(id, waiting))?.settled).toBe(3)
    expect(await listed(here, id, true)).toBeUndefined()
  })

  test('has settled too if a run object continues it that saw more than came', async () => {
    const [here, elsewhere] = [await newRepository(), await newRepository()]
    const run = runWith(1, 2)
    await here.record(run).stop()
    await elsewhere.addRemote('origin', here.directory)
    await elsewhere.fetch('origin', run.id)
    run.in.send(add(10))
    await elsewhere.record(run).stop()
    expect(await listed(elsewhere, run.id, true)).toMatchObject({ position: 3 })
    expect(await handled(elsewhere, run.id)).toEqual([13])
  })
})
