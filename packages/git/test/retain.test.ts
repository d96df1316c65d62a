/** A recorded run may drop batches that the repository has: no reader misses anything, and other reads are refused. */
import { spawnSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { type HistoryRecord, handleOutputs } from '@xmachines/core'
import type { Repository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { recordLongRun } from './long-run.ts'
import {
  add,
  collect,
  finish,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyEvent,
  type TallyOutput,
  type TallyRun,
  tally,
  tallyRun,
} from './repositories.ts'
import { allowWarnings } from './warnings.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** The first sequence that a run holds, as it says when it refuses a document. */
function firstHeld(run: TallyRun): number {
  try {
    run.toJSON()
    return 1
  } catch (refusal) {
    return Number(/keeps those from (\d+) on: read repository\.history\('[0-9a-f]+'\)$/.exec(String(refusal))?.[1])
  }
}

/** Sends batches of one event or two. */
function send(run: TallyRun, count: number): void {
  for (let at = 0; at < count; at++) run.in.send(at % 3 === 0 ? [add(at), add()] : add(at))
}

/** The records of a run in the repository. */
const recordsOf = async (repository: Repository, run: TallyRun): Promise<HistoryRecord<TallyEvent>[]> =>
  (await collect(repository.history(run.id))) as HistoryRecord<TallyEvent>[]

describe.each(['sha1', 'sha256'] as const)('in %s', (format) => {
  test('a run holds the latest batches, and all of its history can be read', async () => {
    const repository = await makeRepository(folder, format)
    const run = tallyRun(format, { start: 2 })
    const recorder = repository.record(run, { retain: 10 })
    for (let round = 0; round < 20; round++) {
      send(run, 5)
      await recorder.flush()
      expect(firstHeld(run)).toBeLessThanOrEqual(Math.max(1, run.snapshot.current.sequence - 9))
    }
    expect(firstHeld(run)).toBeGreaterThan(60)
    send(run, 3)
    const held = await collect(run.history({ from: 101 }))
    const history = await collect(run.history())
    await recorder.flush()
    expect(history).toEqual(await recordsOf(repository, run))
    expect(history.slice(101)).toEqual(held)
    expect(await collect(run.history({ from: 50 }))).toEqual(history.slice(50))
    const opened = await repository.open(tally, run.id)
    expect(opened.head).toBe(run.head)
    expect(opened.snapshot.current).toEqual(run.snapshot.current)
    expect(git(repository.directory, 'fsck', '--strict', '--full')).toBe('')
    await repository.close()
  })

  test('a run that was opened from a snapshot reads earlier batches through its recorder', async () => {
    const repository = await makeRepository(folder, format)
    const run = tallyRun(format)
    send(run, 12)
    const recorder = repository.record(run, { retain: 0 })
    await repository.keepSnapshot(run)
    send(run, 3)
    await recorder.stop()
    const opened = await repository.open(tally, run.id, { replayFrom: 'snapshot' })
    expect(firstHeld(opened)).toBe(13)
    const going = repository.record(opened, { retain: 0 })
    send(opened, 5)
    await going.flush()
    expect(firstHeld(opened)).toBe(21)
    expect(await collect(opened.history())).toEqual(await recordsOf(repository, opened))
    expect(await repository.verify(tally, run.id)).toMatchObject({ sequence: 20, snapshots: [12] })
  })
})

test('reading what is not held is refused with advice', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run, { retain: 0 })
  send(run, 10)
  await recorder.flush()
  expect(() => run.toJSON()).toThrow(`read repository.history('${run.id}')`)
  const position = /from is "start"; it must be 'now' or a position from 14 to 14; repository\.open replays/
  expect(() => run.ports({ from: 'start' })).toThrow(position)
  expect(() => recorder.ports({ from: 'start' })).toThrow(position)
  expect(() => run.out).toThrow(RangeError)
  expect(await rejection(handleOutputs(run, {}))).toBeInstanceOf(RangeError)
  const opened = await repository.open(tally, run.id)
  expect(await outputsOf(opened, 14)).toHaveLength(14)
})

async function outputsOf(run: TallyRun, count: number): Promise<TallyOutput[]> {
  const reader = run.ports({ from: 'start' }).out.getReader()
  const items: TallyOutput[] = []
  while (items.length < count) items.push((await reader.read()).value as TallyOutput)
  return items
}

test('nothing is dropped before it is recorded, and nothing without a number', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  send(run, 20)
  await recorder.flush()
  expect(run.toJSON().sequence).toBe(20)
  await recorder.stop()
  const again = repository.record(run, { retain: 5 })
  send(run, 20)
  expect(run.toJSON().sequence).toBe(40)
  await again.flush()
  send(run, 20)
  await again.flush()
  expect(firstHeld(run)).toBeGreaterThan(1)
  expect(firstHeld(run)).toBeLessThanOrEqual(56)
})

test('effects see every output once, while the run drops recorded outputs', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run, { retain: 0 })
  const keys: string[] = []
  const late = recorder.ports()
  const handling = handleOutputs(recorder.ports(), {
    total: async (_total: TallyOutput, { key }) => {
      keys.push(key)
      if (keys.length % 10 === 0) await recorder.flush()
    },
  })
  const writer = recorder.ports().in.getWriter()
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 10 }, () => writer.write(add())))
    if (round < 8) expect(firstHeld(run)).toBeGreaterThan(10 * round)
  }
  await writer.write(finish)
  expect(await handling).toBe(100)
  expect(keys).toEqual(Array.from({ length: 100 }, (_, at) => `${run.id}/${at}`))
  // Whoever holds a set may still read its outputs.
  expect((await collect(late.out)).map(({ total }) => total)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
  expect(await recorder.done).toBe(101)
  expect(await collect(run.history())).toEqual(await recordsOf(repository, run))
})

test('a snapshot shows the moment of the call, even if everything before it is dropped meanwhile', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run, { retain: 0 })
  send(run, 5)
  await recorder.flush()
  const kept = [repository.keepSnapshot(run)]
  for (let round = 0; round < 3; round++) {
    send(run, 4)
    kept.push(repository.keepSnapshot(run))
    await recorder.flush()
  }
  expect((await Promise.all(kept)).map(({ sequence }) => sequence)).toEqual([5, 9, 13, 17])
  expect((await repository.verify(tally, run.id)).snapshots).toEqual([5, 9, 13, 17])
})

describe('a recorder that has ended', () => {
  test('makes the run drop nothing more, and dropped batches can be read as long as the repository exists', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    const recorder = repository.record(run, { retain: 0 })
    send(run, 10)
    await recorder.stop()
    await repository.close()
    send(run, 10)
    expect(firstHeld(run)).toBe(11)
    const records = await collect(run.history())
    expect(records).toHaveLength(21)
    expect(records.slice(0, 11)).toEqual(await recordsOf(repository, run))
    renameSync(repository.directory, `${repository.directory}-gone`)
    expect(await collect(run.history({ from: 11 }))).toEqual(records.slice(11))
    const error = await rejection(collect(run.history({ from: 4 })))
    expect(error).toMatchObject({ code: 'NOT_A_REPOSITORY', run: run.id, sequence: 4 })
    expect(error.message).toContain(`read repository.history('${run.id}') where the run is recorded`)
  })

  test('because it failed is continued from where it was', async () => {
    const repository = await makeRepository(folder)
    const { directory } = repository
    const run = tallyRun()
    const recorder = repository.record(run, { retain: 0 })
    send(run, 10)
    await recorder.flush()
    renameSync(directory, `${directory}-moved`)
    send(run, 10)
    expect(await rejection(recorder.flush())).toMatchObject({ code: 'WRITE_FAILED', sequence: 10 })
    send(run, 10)
    expect(firstHeld(run)).toBe(11)
    expect(await collect(run.history({ from: 11 }))).toHaveLength(20)
    renameSync(`${directory}-moved`, directory)
    expect(await repository.record(run, { retain: 0 }).flush()).toBe(30)
    expect(firstHeld(run)).toBe(31)
    expect(await collect(run.history())).toEqual(await recordsOf(repository, run))
  })

  test('because somebody moved its ref back', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    const recorder = repository.record(run, { retain: 0 })
    send(run, 10)
    await recorder.flush()
    const records = await recordsOf(repository, run)
    git(repository.directory, 'update-ref', recorder.ref, records[4]!.oid)
    send(run, 10)
    expect(await rejection(recorder.flush())).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: 10 })
    expect(firstHeld(run)).toBe(11)
    expect((await collect(run.history())).slice(0, 11)).toEqual(records)
    const again = await rejection(repository.record(run, { retain: 0 }).flush())
    expect(again).toMatchObject({ code: 'NOT_RECORDED', message: expect.stringContaining('is at sequence 4') })
  })

  test('because another history was recorded in its place', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    const other = await repository
      .record(run, { retain: 0 })
      .flush()
      .then(() => repository.open(tally, run.id))
    send(run, 3)
    await repository.record(run, { retain: 0 }).stop()
    other.in.send(add(99))
    git(repository.directory, 'update-ref', '-d', `refs/runs/tally/${run.id}`)
    await repository.record(other).stop()
    const error = await rejection(repository.record(run).flush())
    expect(error).toMatchObject({ code: 'NOT_RECORDED', message: expect.stringContaining('is at sequence 1') })
    for (let at = 0; at < 3; at++) other.in.send(add(at))
    await repository.record(other).stop()
    const diverged = await rejection(repository.record(run).flush())
    expect(diverged).toMatchObject({ code: 'HISTORY_DIVERGED', heads: { recorded: other.head, common: undefined } })
    expect(diverged.message).toContain('they share none of the batches that the run keeps')
  })
})

describe('in two repositories', () => {
  test('only what both have is dropped, and if one fails the other continues and is read', async () => {
    const [one, two] = [await makeRepository(folder), await makeRepository(folder)]
    const run = tallyRun()
    const first = one.record(run, { retain: 0 })
    const second = two.record(run, { retain: 0 })
    send(run, 10)
    await Promise.all([first.flush(), second.flush()])
    expect(firstHeld(run)).toBe(11)
    renameSync(two.directory, `${two.directory}-gone`)
    // Its packs cannot be counted any more, or its recorder fails before somebody waits for it.
    allowWarnings('WRITE_FAILED', 'NOT_A_REPOSITORY')
    send(run, 10)
    await Promise.allSettled([second.flush(), first.flush()])
    send(run, 10)
    await first.flush()
    expect(firstHeld(run)).toBe(31)
    expect(await collect(run.history())).toEqual(await recordsOf(one, run))
  })

  test('a second repository that lacks dropped batches is refused until it has them', async () => {
    const [one, two] = [await makeRepository(folder), await makeRepository(folder)]
    const run = tallyRun()
    const recorder = one.record(run, { retain: 0 })
    send(run, 10)
    await recorder.flush()
    const late = two.record(run, { retain: 0 })
    expect(await rejection(late.flush())).toMatchObject({
      code: 'NOT_RECORDED',
      run: run.id,
      message: expect.stringMatching(/does not exist, and the run keeps only the batches after sequence 10; fetch/),
    })
    expect(await collect(two.runs())).toEqual([])
    await two.addRemote('one', one.directory)
    await two.fetch('one', run.id)
    send(run, 10)
    const again = two.record(run, { retain: 0 })
    expect(await again.flush()).toBe(20)
    await recorder.flush()
    expect(await recordsOf(two, run)).toEqual(await recordsOf(one, run))
    expect(await collect(run.history())).toEqual(await recordsOf(two, run))
  })
})

test('an abandoned reader keeps no process alive', async () => {
  const { directory } = await makeRepository(folder)
  const script = `
import { openRepository } from '@xmachines/git'
import { add, tallyRun } from ${JSON.stringify(join(import.meta.dirname, 'repositories.ts'))}
const repository = await openRepository(${JSON.stringify(directory)})
const run = tallyRun()
const recorder = repository.record(run, { retain: 0, durability: 'process' })
for (let at = 0; at < 5000; at++) run.in.send(add(at))
await recorder.flush()
const reader = run.history({ from: 1 }).getReader()
console.log((await reader.read()).value.events[0].by)
`
  const flags = ['--conditions=@xmachines/source', '--input-type=module-typescript', '--eval', script]
  const { stdout, status, stderr } = spawnSync(process.execPath, flags, {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
    timeout: 100_000,
  })
  expect({ stdout, status, stderr }).toEqual({ stdout: '0\n', status: 0, stderr: '' })
})

test('a value that is not a number of batches is refused', async () => {
  const repository = await makeRepository(folder)
  for (const retain of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => repository.record(tallyRun(), { retain })).toThrow(
      new RangeError(
        `retain is ${retain}; it must be a whole number of batches, 0 or more; leave it out to keep all of them`,
      ),
    )
  }
  expect(() => repository.record(tallyRun(), { retain: '5' as never })).toThrow(TypeError)
  expect(() => repository.record(tallyRun(), { retain: null as never })).toThrow(TypeError)
})

test('a run of 200,000 events takes no more memory at its end than at its beginning', {
  timeout: 300_000,
}, async () => {
  const { growth, sequence, read, delivered, head, recorded } = await recordLongRun(200_000, 1000)
  // If all were held, 150,000 more events would take 25 MB.
  expect(growth).toBeLessThan(8)
  expect([sequence, read, delivered]).toEqual([200_000, 200_001, 200_000])
  expect(head).toBe(recorded)
})
