/** Snapshots are kept beside the history, never moved, and compared with it. */
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { add, finish, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

describe.each(['sha1', 'sha256'] as const)('in %s', (format) => {
  test('a snapshot is a commit beside the history, and its state.json is the blob that toJSON names', async () => {
    const repository = await makeRepository(folder, format)
    const { directory } = repository
    const run = tallyRun(format, { start: 1 })
    const recorder = repository.record(run)
    await repository.keepSnapshot(run)
    run.in.send([add(), add()])
    const { ref, oid, sequence } = await repository.keepSnapshot(run)
    expect(sequence).toBe(1)
    expect(git(directory, 'rev-parse', ref)).toBe(oid)
    expect(git(directory, 'rev-parse', `${ref}^`)).toBe(run.head)
    expect(git(directory, 'rev-parse', `${ref}:state.json`)).toBe(run.toJSON().state)
    expect(git(directory, 'cat-file', 'blob', `${ref}:snapshot.json`)).toBe(
      '{"position":2,"sequence":1,"status":"active"}',
    )
    expect(await repository.keepSnapshot(run)).toEqual({ ref, oid, sequence })
    run.in.send(add())
    await repository.keepSnapshot(run)
    expect(git(directory, 'diff', '--stat', ref, `${ref.replace(/1$/, '2')}`)).toContain('state.json')
    await recorder.stop()
    expect(git(directory, 'fsck', '--strict', '--full')).toBe('')
    expect(await repository.verify(tally, run.id)).toEqual({
      id: run.id,
      head: run.head,
      sequence: 2,
      snapshots: [0, 1, 2],
    })
  })
})

test('kept states are listed and read: snapshots, and the initial state of the genesis', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun('sha1', { start: 3 })
  const recorder = repository.record(run)
  run.in.send(add(4))
  const one = await repository.keepSnapshot(run)
  const { state } = run.toJSON()
  run.in.send(finish)
  const two = await repository.keepSnapshot(run)
  await recorder.done
  expect(await repository.snapshots(run.id)).toEqual([one, two])
  expect(await repository.stateAt(run.id, 0)).toMatchObject({
    state: { total: 3 },
    keptBy: 'genesis',
    status: undefined,
  })
  expect(await repository.stateAt(run.id, 1)).toEqual({
    sequence: 1,
    state: { total: 7 },
    oid: state,
    keptBy: 'snapshot',
    status: 'active',
  })
  expect(await repository.stateAt(run.id, 2)).toMatchObject({ status: 'done', oid: run.toJSON().state })
  expect(await rejection(repository.stateAt(run.id, 3))).toBeInstanceOf(RangeError)
  git(repository.directory, 'update-ref', '-d', one.ref)
  expect(await repository.stateAt(run.id, 1)).toBeUndefined()
  // A snapshot at the ref of another batch is not a snapshot of that batch.
  git(repository.directory, 'update-ref', one.ref, two.oid)
  expect(await rejection(repository.stateAt(run.id, 1))).toMatchObject({ code: 'OBJECT_CORRUPT', sequence: 1 })
  git(repository.directory, 'update-ref', one.ref, run.head)
  expect(await rejection(repository.stateAt(run.id, 1))).toMatchObject({ code: 'OBJECT_CORRUPT', sequence: 1 })
})

test('a ref whose name is not written as a sequence is not a snapshot', async () => {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  const kept = await repository.keepSnapshot(run)
  for (const name of ['01', '1e0', '0x1', '1.0', '+1', '-0', 'one']) {
    git(directory, 'update-ref', kept.ref.replace(/1$/, name), name === '-0' ? run.id : kept.oid)
  }
  expect(await repository.snapshots(run.id)).toEqual([kept])
  expect((await repository.verify(tally, run.id)).snapshots).toEqual([1])
  expect(await repository.stateAt(run.id, 0)).toMatchObject({ keptBy: 'genesis' })

  const other = await makeRepository(folder)
  await other.addRemote('origin', directory)
  git(directory, 'update-ref', '-d', kept.ref)
  expect((await other.fetch('origin', run.id)).sequence).toBe(1)
  expect(await other.snapshots(run.id)).toEqual([])
  await Promise.all([repository.close(), other.close()])
})

test('a snapshot of a history that was given up is skipped, or reported with its ref', async () => {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  await repository.keepSnapshot(run)
  const [won, lost] = [await repository.open(tally, run.id), await repository.open(tally, run.id)]
  for (const [one, by] of [
    [won, 5],
    [lost, 7],
  ] as const) {
    git(directory, 'update-ref', `refs/runs/tally/${run.id}`, run.head)
    one.in.send(add(by))
    await repository.record(one).stop()
  }
  const kept = await repository.keepSnapshot(lost)
  git(directory, 'update-ref', `refs/runs/tally/${run.id}`, won.head)

  const opened = await repository.open(tally, run.id, { replayFrom: 'snapshot' })
  expect(opened.head).toBe(won.head)
  expect(opened.snapshot.current).toEqual(won.snapshot.current)
  const toldOf = { code: 'SNAPSHOT_MISMATCH', sequence: 2, message: expect.stringContaining(`-d ${kept.ref}`) }
  expect(await rejection(repository.stateAt(run.id, 2))).toMatchObject(toldOf)
  expect(await rejection(repository.export(run.id))).toMatchObject(toldOf)
  expect(await rejection(repository.verify(tally, run.id))).toMatchObject(toldOf)
  expect((await repository.export(run.id, { machine: tally })).head).toBe(won.head)
  git(directory, 'update-ref', '-d', kept.ref)
  expect((await repository.verify(tally, run.id)).snapshots).toEqual([1])
})

test('verifying reports its progress', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  for (let at = 0; at < 3000; at++) run.in.send(add())
  await repository.keepSnapshot(run)
  await recorder.stop()
  const reported: [number, number][] = []
  await repository.verify(tally, run.id, { onProgress: (done, total) => reported.push([done, total]) })
  expect(reported.length).toBeGreaterThan(4)
  expect(reported.map(([done]) => done)).toEqual(reported.map(([done]) => done).toSorted((a, b) => a - b))
  expect(new Set(reported.map(([, total]) => total)).size).toBe(1)
  expect(reported.at(-1)).toEqual([9002, 9002])
})

test('a snapshot shows the moment of the call, even if the run continues', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  run.in.send(add())
  const keeping = repository.keepSnapshot(run)
  for (let at = 0; at < 5; at++) run.in.send(add())
  expect((await keeping).sequence).toBe(1)
  await recorder.stop()
  expect((await repository.verify(tally, run.id)).snapshots).toEqual([1])
})

test('a snapshot that the history does not produce is found, and not overwritten', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  const ref = `refs/snapshots/tally/${run.id}/1`
  git(repository.directory, 'update-ref', ref, run.head)
  expect(await rejection(repository.keepSnapshot(run))).toMatchObject({ code: 'SNAPSHOT_MISMATCH' })
  expect(await rejection(repository.verify(tally, run.id))).toMatchObject({ code: 'SNAPSHOT_MISMATCH', sequence: 1 })
})

test('of several recorders of a run, one that works is enough', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorders = [repository.record(run), repository.record(run), repository.record(run)] as const
  await recorders[2].stop()
  run.in.send(add())
  expect(await repository.keepSnapshot(run)).toMatchObject({ sequence: 1 })
  run.in.send(add())
  await recorders[1].flush()
  const stopping = recorders[1].stop()
  run.in.send(add())
  expect(await repository.keepSnapshot(run)).toMatchObject({ sequence: 3 })
  await Promise.all([stopping, recorders[0].stop()])
  run.in.send(add())
  expect(await rejection(repository.keepSnapshot(run))).toMatchObject({ code: 'NOT_RECORDED', sequence: 4 })
})

test('if the recorder has failed, keepSnapshot rejects with its error', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  await recorder.flush()
  git(repository.directory, 'update-ref', '-d', recorder.ref)
  run.in.send(add())
  expect(await rejection(repository.keepSnapshot(run))).toMatchObject({ code: 'HISTORY_DIVERGED' })
  expect(await rejection(repository.keepSnapshot(run))).toBe(recorder.error)
})

test('a run that is not recorded gets no snapshot', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  expect(await rejection(repository.keepSnapshot(run))).toMatchObject({ code: 'NOT_RECORDED' })
  await repository.record(run).stop()
  run.in.send(add())
  const other = await openRepository(repository.directory)
  expect(await rejection(other.keepSnapshot(run))).toMatchObject({ code: 'NOT_RECORDED', sequence: 1 })
})

describe('a run that is opened from a snapshot', () => {
  test.each(['sha1', 'sha256'] as const)('is the same run, and continues (%s)', async (format) => {
    const repository = await makeRepository(folder, format)
    const run = tallyRun(format, { start: 2 })
    const recorder = repository.record(run)
    for (let at = 0; at < 20; at++) run.in.send([add(), add(at)])
    await repository.keepSnapshot(run)
    for (let at = 0; at < 5; at++) run.in.send(add(at))
    await recorder.stop()

    const opened = await repository.open(tally, run.id, { replayFrom: 'snapshot' })
    expect(opened.id).toBe(run.id)
    expect(opened.head).toBe(run.head)
    expect(opened.snapshot.current).toEqual(run.snapshot.current)
    expect(opened.position).toBe(run.position)
    opened.in.send(add(100))
    run.in.send(add(100))
    expect(opened.head).toBe(run.head)
    await repository.record(opened).stop()
    expect(git(repository.directory, 'rev-parse', `refs/runs/tally/${run.id}`)).toBe(run.head)
    expect((await repository.open(tally, run.id)).head).toBe(run.head)
  })

  test('does not hold earlier batches, and says so', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    run.in.send([add(), add()])
    await repository.record(run).stop()
    await repository.keepSnapshot(run)
    const opened = await repository.open(tally, run.id, { replayFrom: 'snapshot' })
    expect(() => opened.ports({ from: 'start' })).toThrow(RangeError)
    expect(() => opened.toJSON()).toThrow(/keeps those from 2 on: read repository.history/)
    expect(await rejection(opened.history({ from: 1 }).getReader().read())).toBeInstanceOf(RangeError)
    opened.in.send(add(5))
    expect((await opened.history({ from: 2 }).getReader().read()).value).toMatchObject({ oid: opened.head })
    expect((await opened.ports({ from: 2 }).out.getReader().read()).value).toEqual({ type: 'total', total: 7 })
  })

  test('is opened from its genesis without a snapshot, and is done if it was', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    run.in.send(add())
    const recorder = repository.record(run)
    await recorder.flush()
    expect((await repository.open(tally, run.id, { replayFrom: 'snapshot' })).toJSON().sequence).toBe(1)
    run.in.send(finish)
    await recorder.done
    await repository.keepSnapshot(run)
    const opened = await repository.open(tally, run.id, { replayFrom: 'snapshot' })
    expect(opened.snapshot.current).toEqual(run.snapshot.current)
    expect(opened.in.send(add())).toMatchObject({ code: 'RUN_DONE' })
    await expect(repository.open(tally, run.id, { replayFrom: 'middle' as never })).rejects.toThrow(TypeError)
  })
})
