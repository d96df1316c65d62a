/** A recorder writes what the engine computed, Git finds it sound, and what it acknowledges is safe. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { add, finish, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

describe.each(['sha1', 'sha256'] as const)('in %s', (format) => {
  test('git agrees on every object, and finds nothing wrong', async () => {
    const repository = await makeRepository(folder, format)
    const { directory } = repository
    const run = tallyRun(format, { start: 3 })
    const recorder = repository.record(run)
    await recorder.flush()
    run.in.send(add())
    run.in.send([add(2), { type: 'ADD', by: 3, note: 'schön 😀' }])
    run.in.send({ type: 'ADD', by: 4, note: 'x'.repeat(100_000) })
    expect(await recorder.flush()).toBe(3)
    expect(recorder.recorded).toBe(3)

    expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
    expect(git(directory, 'rev-parse', recorder.ref)).toBe(run.head)
    expect(git(directory, 'rev-parse', 'refs/heads/machines/tally/1.0')).toBe(run.genesis.machine.oid)
    const oids = run.toJSON().records.map(({ oid }) => oid)
    expect(git(directory, 'rev-list', '--reverse', recorder.ref)).toBe([run.genesis.machine.oid, ...oids].join('\n'))
    expect(git(directory, 'log', '--format=%s', '-1', oids[2]!)).toBe(
      '{"by":2,"type":"ADD"} {"by":3,"note":"schön 😀","type":"ADD"}',
    )
    expect(git(directory, 'ls-tree', '--name-only', run.head)).toBe('initial.json\ninput.json\nmachine.json')
    expect(git(directory, 'cat-file', 'blob', `${run.head}:input.json`)).toBe('{"start":3}')
    const packs = git(directory, 'count-objects', '-v')
    expect(packs).toMatch(/garbage: 0/)
    expect(packs).toMatch(/^count: 0/)
  })

  test('a clone and a bundle contain it', async () => {
    const repository = await makeRepository(folder, format)
    const run = tallyRun(format)
    run.in.send([add(), add()])
    const { ref, flush } = repository.record(run)
    await flush()
    const clone = `${repository.directory}-clone`
    execFileSync('git', ['clone', '--quiet', '--bare', repository.directory, clone])
    expect(git(clone, 'rev-parse', 'HEAD')).toBe(run.genesis.machine.oid)
    git(clone, 'fetch', '--quiet', 'origin', `${ref}:${ref}`)
    const opened = await (await openRepository(clone)).open(tally, run.id)
    expect(opened.head).toBe(run.head)
    git(repository.directory, 'bundle', 'create', '--quiet', join(folder.path, `${format}.bundle`), ref)
    expect(git(repository.directory, 'bundle', 'verify', '--quiet', join(folder.path, `${format}.bundle`))).toBe('')
  })
})

test('many runs are recorded side by side, awaited or not', async () => {
  const repository = await makeRepository(folder)
  const runs = Array.from({ length: 20 }, () => tallyRun())
  const recorders = runs.map((run) => repository.record(run, { durability: 'process' }))
  for (let round = 0; round < 5; round++) {
    for (const run of runs) run.in.send(add(round))
    if (round % 2 === 0) await recorders[round]!.flush()
  }
  await Promise.all(recorders.map(({ flush }) => flush()))
  for (const [at, run] of runs.entries()) {
    expect(git(repository.directory, 'rev-parse', recorders[at]!.ref)).toBe(run.head)
  }
  expect(git(repository.directory, 'fsck', '--strict', '--full')).toBe('')
})

test('the end of a run ends its recorder, and a stopped recorder records what was committed and no more', async () => {
  const repository = await makeRepository(folder)
  const ending = tallyRun()
  const recorder = repository.record(ending)
  ending.in.send(add())
  ending.in.send(finish)
  expect(await recorder.done).toBe(2)

  const run = tallyRun()
  const stopped = repository.record(run)
  run.in.send(add())
  const stopping = stopped.stop()
  run.in.send(add())
  expect(await stopping).toBe(1)
  expect(stopped.recorded).toBe(1)
  expect(await rejection(stopped.ports().in.getWriter().write(add()))).toMatchObject({ code: 'RECORDER_STOPPED' })
  expect(run.snapshot.current.sequence).toBe(3)
})

test('stopping a recorder rejects writes that wait and are not recorded, and so it does a close', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const writer = recorder.ports().in.getWriter()
  await writer.write(add())
  run.in.send(add())
  const stopping = recorder.stop()
  const waiting = rejection(writer.write(add()))
  const other = recorder.ports().in
  run.in.send(add())
  const closing = rejection(other.close())
  expect(await stopping).toBe(2)
  for (const error of await Promise.all([waiting, closing])) {
    expect(error).toMatchObject({ code: 'RECORDER_STOPPED', sequence: 2 })
  }
  expect(run.snapshot.current.sequence).toBe(4)
})

test('recording continues from the repository, with the same run or one that was opened again', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  run.in.send(add())
  expect(await repository.record(run).stop()).toBe(2)

  const opened = await repository.open(tally, run.id)
  opened.in.send(add())
  await repository.record(opened).stop()
  expect(git(repository.directory, 'rev-list', '--count', `refs/runs/tally/${run.id}`)).toBe('5')
  expect(git(repository.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(opened.head)
})

test('two recorders of one run write it once', async () => {
  const repository = await makeRepository(folder)
  const other = await openRepository(repository.directory)
  const run = tallyRun()
  const recorders = [repository.record(run), repository.record(run), other.record(run)]
  for (let at = 0; at < 30; at++) {
    run.in.send(add())
    if (at % 7 === 0) await recorders[at % 3]!.flush()
  }
  await Promise.all(recorders.map(({ flush }) => flush()))
  const { directory } = repository
  expect(git(directory, 'rev-parse', recorders[0]!.ref)).toBe(run.head)
  // Each batch is appended under one receipt. Those of appends that came too late are nobody's.
  const dangling = [...git(directory, 'fsck', '--strict', '--full').matchAll(/^dangling commit (.*)$/gm)]
  expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  for (const [, oid] of dangling)
    expect(git(directory, 'log', '-1', '--format=%s', oid!)).toMatch(/^receipt tally@1.0 at /)
})

test('writes wait above maxUnrecorded, and send does not', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run, { maxUnrecorded: 3 })
  await recorder.flush()
  const writer = run.in.getWriter()
  for (let at = 0; at < 40; at++) {
    await writer.write(add())
    expect(run.snapshot.current.sequence - recorder.recorded).toBeLessThanOrEqual(4)
  }
  for (let at = 0; at < 40; at++) run.in.send(add())
  expect(run.snapshot.current.sequence - recorder.recorded).toBeGreaterThan(5)
  await recorder.flush()
})

test('a repository closes with what was committed at the call, even if a run never stops', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const { snapshot } = recorder.ports()
  // However much is recorded, there is more.
  const unsubscribe = snapshot.subscribe(() => run.in.send(add()))
  for (let at = 0; at < 30; at++) run.in.send({ type: 'ADD', by: 1, note: '\u0001'.repeat(100_000) })
  const { sequence } = run.snapshot.current
  await repository.close()
  expect(recorder.recorded).toBeGreaterThanOrEqual(sequence)
  await repository.close()
  const error = recorder.error
  unsubscribe()
  await recorder.stop()
  expect([error, recorder.recorded]).toEqual([undefined, run.snapshot.current.sequence])
  expect(git(repository.directory, 'rev-parse', recorder.ref)).toBe(run.head)
})

describe('packs are combined when there are many', () => {
  const packsOf = (directory: string): number => Number(/packs: (\d+)/.exec(git(directory, 'count-objects', '-v'))?.[1])

  test('of recorded runs, even if several share an index', async () => {
    const repository = await makeRepository(folder)
    const { directory } = repository
    const run = tallyRun()
    const recorder = repository.record(run, { durability: 'process' })
    for (let at = 0; at < 60; at++) {
      run.in.send(add())
      await recorder.flush()
      if (at !== 20) continue
      git(directory, 'multi-pack-index', 'write')
      // As Git writes it in increments: a chain of indexes.
      mkdirSync(join(directory, 'objects/pack/multi-pack-index.d'))
      writeFileSync(join(directory, 'objects/pack/multi-pack-index.d/multi-pack-index-chain'), '')
    }
    await repository.close()
    expect(packsOf(directory)).toBeLessThan(50)
    expect(readdirSync(join(directory, 'objects/pack')).filter((name) => name.startsWith('multi'))).toEqual([])
    expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
    expect((await repository.open(tally, run.id)).head).toBe(run.head)
  })

  test('of snapshots', async () => {
    const repository = await makeRepository(folder)
    const runs = Array.from({ length: 55 }, () => tallyRun())
    await Promise.all(runs.map((run) => repository.record(run).stop()))
    for (const run of runs) await repository.keepSnapshot(run)
    await repository.close()
    expect(packsOf(repository.directory)).toBeLessThan(50)
    expect(git(repository.directory, 'fsck', '--strict', '--full')).toBe('')
    expect((await repository.verify(tally, runs[0]!.id)).snapshots).toEqual([0])
  })
})

test.each([
  ['nothing', undefined],
  ['an object', {}],
  ['a machine', tally],
])('%s is refused for recording and for snapshots, and the error says what is needed', async (_what, given) => {
  const repository = await makeRepository(folder)
  const refusal = { name: 'TypeError', message: expect.stringMatching(/^run is .*; it must be made by createRun/) }
  expect(() => repository.record(given as never)).toThrow(expect.objectContaining(refusal))
  expect(await rejection(repository.keepSnapshot(given as never))).toMatchObject(refusal)
})

test('a run of another format is refused, and so are invalid options', async () => {
  const repository = await makeRepository(folder)
  expect(() => repository.record(tallyRun('sha256'))).toThrow(expect.objectContaining({ code: 'FORMAT_MISMATCH' }))
  expect(() => repository.record(tallyRun(), { durability: 'none' as never })).toThrow(TypeError)
  expect(() => repository.record(tallyRun(), { maxUnrecorded: -1 })).toThrow(RangeError)
})
