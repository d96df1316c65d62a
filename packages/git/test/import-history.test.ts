/** Histories from outside are imported completely or not at all, and runs are exported as documents. */
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, type RunDocument, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import {
  add,
  finish,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyEvent,
  type TallyRun,
  tally,
  tallyRun,
} from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** The history as a file would hold it. */
function saved(run: TallyRun): RunDocument<TallyEvent> {
  return JSON.parse(JSON.stringify(run)) as RunDocument<TallyEvent>
}

function refsOf({ directory }: Repository): string {
  return git(directory, 'for-each-ref')
}

/** The refs, except those of receipts. */
function refsOfHistory({ directory }: Repository): string {
  return git(directory, 'for-each-ref', 'refs/heads', 'refs/runs', 'refs/snapshots')
}

/** The packs; a recorder removes the `.keep` of its last one shortly after it acknowledged it. */
function packsOf({ directory }: Repository): string[] {
  return readdirSync(join(directory, 'objects/pack'))
    .filter((name) => name.endsWith('.pack'))
    .toSorted()
}

describe.each(['sha1', 'sha256'] as const)('in %s', (format) => {
  test('a history is imported, and exported again unchanged', async () => {
    const [one, two] = [await makeRepository(folder, format), await makeRepository(folder, format)]
    const run = tallyRun(format, { start: 5 })
    run.in.send(add())
    run.in.send([add(2), { type: 'ADD', by: 3, note: '\u2028 "€" 😀\n' }])
    const imported = await one.import(saved(run), { machine: tally })
    expect(imported).toEqual({ id: run.id, head: run.head, sequence: 2, before: -1 })
    expect(git(one.directory, 'fsck', '--strict', '--full')).toBe('')
    expect(readdirSync(join(one.directory, 'objects/pack')).filter((name) => name.endsWith('.keep'))).toEqual([])

    const document = await one.export(run.id, { machine: tally })
    expect(document).toEqual(saved(run))
    await two.import(document, { machine: [tally] })
    expect(refsOfHistory(two)).toBe(refsOfHistory(one))
    const options = format === 'sha256' ? { format: sha256 } : {}
    expect(restoreRun(tally, document as RunDocument<TallyEvent>, options).head).toBe(run.head)
    expect(refsOfHistory(one)).toBe(refsOfHistory(await recordedElsewhere(run, format)))
  })

  test('new batches of a run that is here are imported without the machine', async () => {
    const repository = await makeRepository(folder, format)
    const run = tallyRun(format)
    run.in.send(add())
    await repository.record(run).stop()
    const early = saved(run)
    for (let at = 0; at < 5; at++) run.in.send(add(at))
    const again = { id: run.id, head: run.head, sequence: 6 }
    expect(await repository.import(saved(run))).toEqual({ ...again, before: 1 })
    const packs = packsOf(repository)
    expect(await repository.import(saved(run))).toEqual({ ...again, before: 6 })
    expect(await repository.import(early)).toEqual({ ...again, before: 6 })
    expect(await repository.import(new Set(run.toJSON().records).values())).toEqual({ ...again, before: 6 })
    expect(packsOf(repository)).toEqual(packs)
    expect((await repository.verify(tally, run.id)).sequence).toBe(6)
  })
})

async function recordedElsewhere(run: TallyRun, format: 'sha1' | 'sha256'): Promise<Repository> {
  const repository = await makeRepository(folder, format)
  await repository.record(run).stop()
  return repository
}

test('a new run needs its machine, and the right one', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  const error = await rejection(repository.import(saved(run)))
  expect(error).toMatchObject({ code: 'RUN_MISSING', run: run.id })
  expect(error.message).toContain('tally@1.0')
  expect(await rejection(repository.import(saved(run), { machine: [] }))).toMatchObject({ code: 'MACHINE_MISMATCH' })
  expect(refsOf(repository)).toBe('')
  expect(packsOf(repository)).toEqual([])
})

test('a history that does not continue the run here is refused, and nothing is written', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  const other = restoreRun(tally, saved(run))
  run.in.send([add(2), add(2)])
  other.in.send(add(3))
  other.in.send(add(3))
  await repository.record(run).stop()
  const before = [refsOf(repository), packsOf(repository)]
  for (const options of [{}, { machine: tally }]) {
    expect(await rejection(repository.import(saved(other as TallyRun), options))).toMatchObject({
      code: 'HISTORY_DIVERGED',
      sequence: 1,
      heads: { recorded: run.head, run: other.head, common: saved(run).records[1]!.oid },
    })
  }
  expect([refsOf(repository), packsOf(repository)]).toEqual(before)
})

test.each<[string, (document: any) => void, string]>([
  ['an event was changed', ({ records }) => (records[3].events[0].by = 100), 'HISTORY_MISMATCH'],
  ['the last record was cut off', ({ records }) => records.pop(), 'HISTORY_MISMATCH'],
  ['the genesis was changed', ({ records }) => records[0].createdAt++, 'HISTORY_MISMATCH'],
  ['an event is not an object', ({ records }) => (records[2].events = [7]), 'INVALID_HISTORY'],
  ['the records are none', (document) => (document.records = {}), 'INVALID_HISTORY'],
  ['the id is a ref', ({ records }) => (records[0].oid = 'HEAD'), 'HISTORY_MISMATCH|RUN_MISSING'],
])('a history is refused if %s, and nothing is written', async (_how, change, code) => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  for (let at = 0; at < 4; at++) run.in.send(add())
  const before = [refsOf(repository), packsOf(repository)]
  for (const options of [{}, { machine: tally }]) {
    const document = saved(run)
    change(document)
    expect((await rejection(repository.import(document, options))).code).toMatch(new RegExp(`^(${code})$`))
  }
  expect([refsOf(repository), packsOf(repository)]).toEqual(before)
})

test('a wrong state is found if the machine is given', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  const document = { ...saved(run), state: '0'.repeat(40) }
  expect(await rejection(repository.import(document, { machine: tally }))).toMatchObject({ code: 'REPLAY_FAILED' })
  expect(refsOf(repository)).toBe('')
})

test('a history of another object format is refused', async () => {
  const repository = await makeRepository(folder)
  const run = createRun(tally, { input: undefined, format: sha256 })
  const error = rejection(repository.import(run.toJSON(), { machine: tally }))
  expect(await error).toMatchObject({ code: 'FORMAT_MISMATCH' })
  expect(await rejection(repository.import('text' as never))).toBeInstanceOf(TypeError)
})

test('a repository that cannot be written to is reported, and takes the run once it can', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  const [packs, gone] = ['pack', 'gone'].map((name) => join(repository.directory, 'objects', name)) as [string, string]
  renameSync(packs, gone)
  const failed = await rejection(repository.import(saved(run), { machine: tally }))
  expect(failed).toMatchObject({ code: 'WRITE_FAILED', run: run.id })
  renameSync(gone, packs)
  expect(refsOf(repository)).toBe('')
  expect(await repository.import(saved(run), { machine: tally })).toMatchObject({ before: -1, sequence: 1 })
})

test('imported and recorded batches make one history, and a recorder that came second opens it', async () => {
  const repository = await makeRepository(folder)
  let run = tallyRun()
  let recorder = repository.record(run)
  await recorder.flush()
  const others = await Promise.all([1, 2, 3].map(() => openRepository(repository.directory)))
  for (let round = 0; round < 10; round++) {
    run.in.send(add(round))
    const document = saved(run)
    const imports = others.map((other) => other.import(document))
    const [recorded] = await Promise.allSettled([recorder.flush(), ...imports])
    expect(await Promise.all(imports)).toMatchObject(others.map(() => ({ sequence: round + 1, head: run.head })))
    if (recorded.status === 'fulfilled') continue
    expect(recorded.reason).toMatchObject({ code: 'HISTORY_DIVERGED', sequence: round })
    const opened = await repository.open(tally, run.id)
    expect(opened.head).toBe(run.head)
    run = opened
    recorder = repository.record(run)
  }
  await recorder.stop()
  expect((await repository.verify(tally, run.id)).head).toBe(run.head)
})

describe('a run is exported', () => {
  test('without the machine if its head has a snapshot, or is its genesis', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun('sha1', { start: 2 })
    const recorder = repository.record(run)
    await recorder.flush()
    expect(await repository.export(run.id)).toEqual(saved(run))
    run.in.send([add(), finish])
    await recorder.done
    const error = await rejection(repository.export(run.id))
    expect(error).toMatchObject({ code: 'SNAPSHOT_MISSING', sequence: 1 })
    expect(error.message).toContain('tally@1.0')
    await repository.keepSnapshot(run)
    expect(await repository.export(run.id)).toEqual(saved(run))
  })

  test('and one with many batches reports progress, and is imported in several packs', async () => {
    const [one, two] = [await makeRepository(folder), await makeRepository(folder)]
    const run = tallyRun()
    const note = 'x'.repeat(2000)
    for (let at = 0; at < 4500; at++) run.in.send({ type: 'ADD', by: 1, note })
    await one.record(run, { durability: 'process' }).stop()
    const reported: number[] = []
    const onProgress = (done: number, total: number): number => reported.push(done / total)
    const document = await one.export(run.id, { machine: tally, onProgress })
    expect(reported.at(-1)).toBe(1)
    reported.splice(0)
    await two.import(document, { machine: tally, onProgress })
    expect(reported.length).toBeGreaterThan(5)
    expect(reported).toEqual(reported.toSorted((a, b) => a - b))
    expect(refsOfHistory(two)).toBe(refsOfHistory(one))
    expect(git(two.directory, 'fsck', '--strict', '--full')).toBe('')
    expect(packsOf(two)).toHaveLength(2)
  })
})
