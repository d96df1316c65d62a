/** Runs are read back unchanged, with a machine or without, and listed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { defineMachine } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { add, collect, finish, git, makeFolder, makeRepository, rejection, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

describe.each(['sha1', 'sha256'] as const)('in %s', (format) => {
  test('a run is opened with its id, head and state, and its history is that of the run', async () => {
    const repository = await makeRepository(folder, format)
    const run = tallyRun(format, { start: 7 })
    run.in.send(add())
    run.in.send([add(2), { type: 'ADD', by: 3, note: '\u2028 "€" 😀\n' }])
    for (let at = 0; at < 500; at++) run.in.send(add(at))
    await repository.record(run).stop()

    const other = defineMachine<number, { type: 'X' }>({ name: 'other', version: '1', initial: 0, on: {} })
    const opened = await repository.open([other, tally], run.id)
    expect(opened.id).toBe(run.id)
    expect(opened.head).toBe(run.head)
    expect(opened.snapshot.current).toEqual(run.snapshot.current)
    expect(await collect(repository.history(run.id))).toEqual(run.toJSON().records)
  })
})

test('runs are listed with head, sequence and machine, by machine and by version', async () => {
  const repository = await makeRepository(folder)
  const next = defineMachine<number, { type: 'X' }>({ name: 'tally', version: '2', initial: 0, on: {} })
  const { createRun } = await import('@xmachines/core')
  const [one, two, three] = [tallyRun(), tallyRun(), createRun(next)]
  one.in.send(add())
  two.in.send([add(), finish])
  const listed = [one, two, three].map(({ id, head, genesis, snapshot, machine: { name, version } }) => ({
    id,
    head,
    sequence: snapshot.current.sequence,
    createdAt: genesis.createdAt,
    machine: { name, version },
  }))
  await Promise.all([repository.record(one).stop(), repository.record(two).done, repository.record(three).stop()])
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)
  expect(await collect(repository.runs())).toEqual(listed.toSorted(byId))
  expect(await collect(repository.runs({ machine: 'tally' }))).toEqual(listed.toSorted(byId))
  expect(await collect(repository.runs({ machine: next }))).toEqual([listed[2]])
  expect(await collect(repository.runs({ machine: 'nobody' }))).toEqual([])
  expect(() => repository.runs({ machine: '../..' })).toThrow(TypeError)
  expect(() => repository.runs({ machine: 5 as never })).toThrow(TypeError)
  expect(await repository.find(two.id)).toEqual(listed[1])
})

test('runs are listed whether their refs are packed or loose, and a broken one hides no other', async () => {
  const repository = await makeRepository(folder)
  const runs = Array.from({ length: 6 }, () => tallyRun())
  for (const run of runs) await repository.record(run).stop()
  const ids = runs.map(({ id }) => id).toSorted()
  git(repository.directory, 'pack-refs', '--all')
  const late = tallyRun()
  late.in.send(add())
  await repository.record(late).stop()
  const listed = async (): Promise<string[]> => (await collect(repository.runs())).map(({ id }) => id)
  expect(await listed()).toEqual([...ids, late.id].toSorted())

  const broken = ids[3] as string
  const file = join(repository.directory, 'refs/runs/tally', broken)
  writeFileSync(file, `${'1'.repeat(40)}\n`)
  const found: string[] = []
  const listing = async (): Promise<void> => {
    for await (const { id } of repository.runs()) found.push(id)
  }
  const error = await rejection(listing())
  expect(found).toEqual([...ids, late.id].toSorted().filter((id) => id !== broken))
  expect(error).toMatchObject({ code: 'OBJECT_CORRUPT', run: broken })
  expect(error.message).toContain(`refs/runs/tally/${broken}`)
})

test('a part of a history is read without the batches before it', async () => {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const run = tallyRun()
  for (let at = 0; at < 10; at++) run.in.send(add(at))
  await repository.record(run).stop()
  const { records } = run.toJSON()
  for (const [from, to] of [
    [0, 0],
    [0, 4],
    [1, 1],
    [1, 10],
    [7, 9],
    [10, 10],
  ] as const) {
    const part = records.slice(from, to + 1)
    expect(await collect(repository.history(run.id, { from, to }))).toEqual(part)
    expect(await collect(repository.history(run.id, { from, to, reverse: true }))).toEqual(part.toReversed())
  }
  expect(await collect(repository.history(run.id, { from: 8 }))).toEqual(records.slice(8))
  expect(await collect(repository.history(run.id, { from: 5, to: 4 }))).toEqual([])
  expect(await collect(repository.history(run.id, { from: 11 }))).toEqual([])
  expect(await collect(repository.history(run.id, { from: 11, reverse: true }))).toEqual([])
  const half = { reverse: 'yes' as never }
  expect(await rejection(collect(repository.history(run.id, half)))).toBeInstanceOf(TypeError)
  for (const range of [{ from: 12 }, { from: -1 }, { from: 1.5 }, { to: 11 }, { to: Number.NaN }]) {
    expect(await rejection(collect(repository.history(run.id, range)))).toBeInstanceOf(RangeError)
  }
  // Only a reader of that batch notices that somebody else put it there.
  const ref = `refs/runs/tally/${run.id}`
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@b']
  const forged = ['commit-tree', `${ref}^{tree}`, '-p', `${ref}~1`, '-m', '{"type":"ADD","by":1}']
  git(directory, 'update-ref', ref, git(directory, ...author, ...forged))
  const other = await openRepository(directory)
  expect(await rejection(collect(other.history(run.id)))).toMatchObject({ code: 'OBJECT_CORRUPT', sequence: 10 })
})

test('the latest batches of a long history are read first, one process for all of them', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  for (let at = 0; at < 3000; at++) run.in.send(add(at))
  await repository.record(run).stop()
  const place = join(folder.path, 'counting')
  mkdirSync(place)
  const log = join(place, 'calls')
  const path = process.env['PATH'] as string
  writeFileSync(join(place, 'git'), `#!/bin/sh\necho "$*" >> ${log}\nPATH='${path}' exec git "$@"\n`, { mode: 0o755 })
  vi.stubEnv('PATH', [place, path].join(delimiter))
  const reverse = await collect(repository.history(run.id, { reverse: true }))
  vi.unstubAllEnvs()
  expect(reverse).toEqual(run.toJSON().records.toReversed())
  // One walk, however many batches there are.
  expect(readFileSync(log, 'utf8').match(/ rev-list | rev-parse /g)).toHaveLength(1)
})

test('an id that is not the id of a run is refused', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  await repository.record(run).stop()
  await expect(repository.open(tally, 'HEAD')).rejects.toThrow(TypeError)
  await expect(repository.verify(tally, 'HEAD')).rejects.toThrow(TypeError)
  expect(() => repository.history(`${run.id}\n`)).toThrow(TypeError)
  expect(await rejection(repository.find('0'.repeat(40)))).toMatchObject({ code: 'RUN_MISSING' })
  expect(await rejection(repository.open(tally, '0'.repeat(40)))).toMatchObject({ code: 'RUN_MISSING' })
  expect(await rejection(repository.open(tally, run.genesis.machine.oid))).toMatchObject({ code: 'RUN_MISSING' })
})

test('a commit that somebody put after the head of a run is refused', async () => {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  const ref = `refs/runs/tally/${run.id}`
  const commitTree = ['commit-tree', `${ref}^{tree}`, '-p', ref, '-m', '{"type":"ADD","by":1}']
  const commit = git(directory, '-c', 'user.name=A', '-c', 'user.email=a@b', ...commitTree)
  git(directory, 'update-ref', ref, commit)
  expect(await rejection(repository.open(tally, run.id))).toMatchObject({ code: 'OBJECT_CORRUPT', sequence: 2 })
})
