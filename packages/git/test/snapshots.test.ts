/** Snapshots are kept beside the history, never moved, and held against it. */
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { add, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

describe.each(['sha1', 'sha256'] as const)('in %s', (format) => {
  test('a snapshot is a commit beside the history, whose state.json is the very blob of toJSON', async () => {
    const repository = await makeRepository(folder, format)
    const { directory } = repository
    const run = tallyRun(format, { start: 1 })
    const recorder = repository.record(run)
    await repository.snapshot(run)
    run.in.send([add(), add()])
    const { ref, oid, sequence } = await repository.snapshot(run)
    expect(sequence).toBe(1)
    expect(git(directory, 'rev-parse', ref)).toBe(oid)
    expect(git(directory, 'rev-parse', `${ref}^`)).toBe(run.head)
    expect(git(directory, 'rev-parse', `${ref}:state.json`)).toBe(run.toJSON().state)
    expect(git(directory, 'cat-file', 'blob', `${ref}:snapshot.json`)).toBe(
      '{"position":2,"sequence":1,"status":"active"}',
    )
    expect(await repository.snapshot(run)).toEqual({ ref, oid, sequence })
    run.in.send(add())
    await repository.snapshot(run)
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

test('a snapshot that the history does not come to is found, and not written over', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  const ref = `refs/snapshots/tally/${run.id}/1`
  git(repository.directory, 'update-ref', ref, run.head)
  expect(await rejection(repository.snapshot(run))).toMatchObject({ code: 'SNAPSHOT_MISMATCH' })
  expect(await rejection(repository.verify(tally, run.id))).toMatchObject({ code: 'SNAPSHOT_MISMATCH', sequence: 1 })
})

test('a run that is not recorded has no snapshot here', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  expect(await rejection(repository.snapshot(run))).toMatchObject({ code: 'NOT_RECORDED' })
  await repository.record(run).stop()
  run.in.send(add())
  const other = await openRepository(repository.directory)
  expect(await rejection(other.snapshot(run))).toMatchObject({ code: 'NOT_RECORDED', sequence: 1 })
})
