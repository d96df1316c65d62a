/** The commands that read: runs, log, show and verify. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, defineMachine, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linesOf, programIn } from './program.ts'
import { add, finish, git, makeFolder, makeRepository, type TallyRun, tally, tallyRun } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)
const next = defineMachine<number, { type: 'X' }>({ name: 'tally', version: '2', initial: 0, on: {} })

const formats = ['sha1', 'sha256'] as const

/** A repository with three runs, and the program on it. */
interface Place {
  readonly run: TallyRun
  readonly done: TallyRun
  ask(...arguments_: string[]): ReturnType<typeof program>
}
const places = new Map<string, Place>()
const on = (format: string): Place => places.get(format) as Place

beforeAll(async () => {
  for (const format of formats) places.set(format, await makePlace(format))
})

async function makePlace(format: (typeof formats)[number]): Promise<Place> {
  const repository = await makeRepository(folder, format)
  const options = { createdAt: 1_750_000_000, ...(format === 'sha256' ? { format: sha256 } : {}) }
  const run = createRun(tally, { ...options, input: { start: 7 }, nonce: new Uint8Array(16) })
  const done = createRun(tally, { ...options, input: undefined, nonce: new Uint8Array(16).fill(1) })
  const recorders = [repository.record(run), repository.record(done)]
  for (let at = 1; at <= 3; at++) run.in.send(add(at))
  run.in.send([add(10), add(20)])
  await repository.keepSnapshot(run)
  for (let at = 5; at <= 12; at++) run.in.send(add(at))
  done.in.send(finish)
  await repository.keepSnapshot(done)
  await Promise.all(recorders.map((recorder) => recorder.stop()))
  await repository.record(createRun(next, { ...options, nonce: new Uint8Array(16).fill(2) })).stop()
  return { run, done, ask: (...arguments_) => program(['-C', repository.directory, ...arguments_]) }
}

test('runs are listed as a table, and as JSON', async () => {
  const { ask, run } = on('sha1')
  const { status, stdout, stderr } = await ask('runs')
  expect([status, stderr]).toEqual([0, ''])
  const [titles, ...rows] = stdout.trimEnd().split('\n')
  expect(titles).toMatch(/^ID +MACHINE +SEQUENCE +CREATED +HEAD$/)
  expect(rows).toHaveLength(3)
  const row = `${run.id.slice(0, 8)}  tally@1.0        12  2025-06-15T15:06:40Z  ${run.head.slice(0, 8)}`
  expect(rows).toContain(row)
  const listed = linesOf((await ask('runs', '--json', '--machine', 'tally@1.0')).stdout)
  expect(listed).toHaveLength(2)
  expect(listed).toContainEqual({
    id: run.id,
    machine: { name: 'tally', version: '1.0' },
    sequence: 12,
    createdAt: 1_750_000_000,
    head: run.head,
  })
  expect(linesOf((await ask('--json', 'runs', '-m', 'tally')).stdout)).toHaveLength(3)
  expect((await ask('runs', '--machine', 'nobody')).stdout).toBe('')
})

test('a log has a line for each batch; options set the first one, the number and the order', async () => {
  const { ask, run } = on('sha1')
  const { status, stdout, stderr } = await ask('log', run.id)
  expect([status, stderr]).toEqual([0, ''])
  const lines = stdout.trimEnd().split('\n')
  const { records } = run.toJSON()
  expect(lines).toHaveLength(13)
  expect(lines[0]).toBe(` 0  ${run.id.slice(0, 8)}  run tally@1.0 {"start":7}`)
  expect(lines[4]).toBe(` 4  ${records[4]!.oid.slice(0, 8)}  {"by":10,"type":"ADD"} {"by":20,"type":"ADD"}`)
  expect((await ask('log', run.id, '--from', '10')).stdout).toBe(`${lines.slice(10).join('\n')}\n`)
  expect((await ask('log', run.id, '--from', '3', '--limit', '2')).stdout).toBe(`${lines.slice(3, 5).join('\n')}\n`)
  expect((await ask('log', run.id, '--reverse')).stdout).toBe(`${lines.toReversed().join('\n')}\n`)
  const tail = await ask('log', run.id, '--reverse', '--limit', '2', '--from', '4')
  expect(tail.stdout).toBe(`${lines[12]}\n${lines[11]}\n`)
  const beyond = await ask('log', run.id, '--from', '13')
  expect(beyond).toMatchObject({ status: 1, stdout: '' })
  expect(beyond.stderr).toContain('recorded up to sequence 12')
})

test.each(formats)('a log as JSON has the records of the history, which restore the run (%s)', async (format) => {
  const { ask, run } = on(format)
  const lines = linesOf((await ask('log', run.id, '--json')).stdout) as ({ sequence: number } & object)[]
  expect(lines).toEqual(run.toJSON().records.map((record, sequence) => ({ sequence, ...record })))
  const options = format === 'sha256' ? { format: sha256 } : {}
  expect(restoreRun(tally, lines as never, options).head).toBe(run.head)
})

test('a run is shown with the state of a snapshot, if one is kept', async () => {
  const { ask, run, done } = on('sha1')
  const { status, stdout, stderr } = await ask('show', run.id, '--at', '4')
  expect([status, stderr]).toEqual([0, ''])
  for (const line of [
    `run        ${run.id}`,
    'machine    tally@1.0',
    'format     sha1',
    'created    2025-06-15T15:06:40Z',
    'input      {"start":7}',
    'sequence   12',
    `head       ${run.head}`,
    'snapshots  at 4',
    'at         4',
    'events     {"by":10,"type":"ADD"}',
    '           {"by":20,"type":"ADD"}',
    'state      {"total":43}',
    'status     active',
    'from       the snapshot kept there, which is trusted',
  ]) {
    expect(stdout.split('\n')).toContain(line)
  }
  expect(linesOf((await ask('show', run.id, '--at', '4', '--json')).stdout)).toEqual([
    {
      id: run.id,
      machine: { name: 'tally', version: '1.0' },
      format: 'sha1',
      createdAt: 1_750_000_000,
      nonce: '0'.repeat(32),
      input: { start: 7 },
      sequence: 12,
      head: run.head,
      snapshots: [4],
      at: 4,
      oid: run.toJSON().records[4]!.oid,
      events: [add(10), add(20)],
      stateFrom: 'snapshot',
      state: { total: 43 },
      status: 'active',
    },
  ])
  const ended = linesOf((await ask('show', done.id, '--json')).stdout)
  expect(ended).toMatchObject([{ at: 1, state: { done: true, total: 0 }, status: 'done' }])
})

test.each(formats)(
  'a run is shown with the state of a replay, and without a machine with none (%s)',
  async (format) => {
    const { ask, run } = on(format)
    const none = await ask('show', run.id)
    expect(none.status).toBe(0)
    expect(none.stdout).toContain('not known: no snapshot is kept at 12; give --machine FILE')
    const [unknown] = linesOf((await ask('show', run.id, '--json')).stdout)
    expect(unknown).toMatchObject({ at: 12, oid: run.head, stateFrom: null })
    expect(unknown).not.toHaveProperty('state')
    const shown = await ask('show', run.id, '--machine', 'tally.mjs')
    expect(shown.stdout).toContain('\nstate      {"total":111}\nstatus     active\nfrom       a replay\n')
    const replayed = await ask('show', run.id, '--at', '2', '-m', 'tally.mjs', '--json')
    expect(linesOf(replayed.stdout)).toMatchObject([{ at: 2, stateFrom: 'machine', state: { total: 10 } }])
    const genesis = await ask('show', run.id, '--at', '0', '--json')
    expect(linesOf(genesis.stdout)).toMatchObject([{ events: [], stateFrom: 'genesis', state: { total: 7 } }])
    const beyond = await ask('show', run.id, '--at', '13')
    expect(beyond).toMatchObject({ status: 1, stdout: '' })
    expect(beyond.stderr).toContain('recorded up to sequence 12')
  },
)

test.each(formats)('a run is verified on its machine, with its snapshots (%s)', async (format) => {
  const { ask, run, done } = on(format)
  const { status, stdout, stderr } = await ask('verify', run.id, '--machine', 'tally.mjs')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toBe(
    `verified ${run.id} of tally@1.0\n12 batches, replayed up to the head ${run.head}\nsnapshots at 4\n`,
  )
  expect(linesOf((await ask('verify', done.id, '-m', 'tally.mjs', '--json')).stdout)).toEqual([
    { id: done.id, machine: { name: 'tally', version: '1.0' }, sequence: 1, head: done.head, snapshots: [1] },
  ])
})

test('without snapshots the output says that no state was compared: a different machine may take the same events', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  run.in.send(add())
  await repository.record(run).stop()
  writeFileSync(join(folder.path, 'changed.mjs'), CHANGED)
  for (const machine of ['tally.mjs', 'changed.mjs']) {
    const { status, stdout } = await program(['-C', repository.directory, 'verify', run.id, '-m', machine])
    expect(status).toBe(0)
    expect(stdout).toMatch(/\nno snapshots: the machine takes every event, but no state could be compared\n$/)
  }
  await repository.keepSnapshot(run)
  const compared = await program(['-C', repository.directory, 'verify', run.id, '-m', 'changed.mjs'])
  expect(compared).toMatchObject({ status: 1, stdout: '' })
  expect(compared.stderr).toContain('(SNAPSHOT_MISMATCH)')
})

test('all runs are verified, and those that are wrong do not keep the others from it', async () => {
  const repository = await makeRepository(folder)
  const [right, wrong] = [tallyRun(), tallyRun()]
  for (const run of [right, wrong]) {
    run.in.send(add())
    await repository.record(run).stop()
  }
  const verify = (...more: string[]) => program(['-C', repository.directory, 'verify', '--all', ...more])
  const all = await verify('-m', 'tally.mjs')
  expect(all).toMatchObject({ status: 0, stderr: '' })
  const lines = [right, wrong].map(({ id }) => `verified  ${id.slice(0, 8)}  tally@1.0  1 batch, no snapshots`)
  expect(all.stdout.trimEnd().split('\n').toSorted()).toEqual(lines.toSorted())
  writeFileSync(join(folder.path, 'changed.mjs'), CHANGED)
  await repository.keepSnapshot(wrong)
  const { status, stdout, stderr } = await verify('-m', 'changed.mjs', '--json')
  expect([status, stderr]).toEqual([1, 'error: 1 of 2 runs could not be verified\n'])
  const byId = new Map(linesOf(stdout).map((line) => [(line as { id: string }).id, line]))
  expect(byId.get(right.id)).toMatchObject({ machine: { name: 'tally' }, sequence: 1, head: right.head, snapshots: [] })
  expect(byId.get(wrong.id)).toMatchObject({ machine: { name: 'tally' }, code: 'SNAPSHOT_MISMATCH' })
})

test('a long state is broken into lines, and a short one is not', async () => {
  const repository = await makeRepository(folder)
  const notes = ['one', 'two'].map((word) => `${word} ${'x'.repeat(40)}`)
  const machine = defineMachine<{ notes: readonly string[]; short: { a: number } }, { type: 'NOTHING' }>({
    name: 'notes',
    version: '1',
    initial: { notes, short: { a: 1 } },
    on: { NOTHING: (state) => state },
  })
  const run = createRun(machine)
  await repository.record(run).stop()
  const { stdout } = await program(['-C', repository.directory, 'show', run.id])
  expect(stdout).toContain(
    [
      'state      {',
      '             "notes": [',
      `               "one ${'x'.repeat(40)}",`,
      `               "two ${'x'.repeat(40)}"`,
      '             ],',
      '             "short": {"a":1}',
      '           }',
    ].join('\n'),
  )
})

test('an id may be shortened to digits that no other id begins with', async () => {
  const { ask, run, done } = on('sha1')
  const digits = run.id.slice(0, 6)
  expect((await ask('log', digits)).stdout).toBe((await ask('log', run.id)).stdout)
  expect((await ask('show', digits.toUpperCase(), '--json')).stdout).toContain(run.id)
  const unknown = await ask('log', run.id.startsWith('0000') ? '1111' : '0000')
  expect(unknown).toMatchObject({ status: 1, stdout: '' })
  for (const candidate of [run, done]) expect(unknown.stderr).toContain(`\n  ${candidate.id.slice(0, 8)} tally@1.0 at`)
  const whole = await ask('log', '0'.repeat(run.id.length))
  expect(whole).toMatchObject({ status: 1, stdout: '' })
  expect(whole.stderr).toContain('"xmachines runs" lists the runs that are there (RUN_MISSING)')
})

test('digits that several ids begin with are refused, and the ids are listed with enough digits to differ', async () => {
  const repository = await makeRepository(folder)
  const seen = new Map<string, TallyRun>()
  let pair: [TallyRun, TallyRun] | undefined
  for (let at = 0; pair === undefined; at++) {
    const nonce = new Uint8Array(16)
    new DataView(nonce.buffer).setUint32(0, at)
    const run = createRun(tally, { input: undefined, createdAt: 0, nonce })
    const other = seen.get(run.id.slice(0, 4))
    if (other !== undefined) pair = [other, run]
    seen.set(run.id.slice(0, 4), run)
  }
  await Promise.all(pair.map((run) => repository.record(run).stop()))
  const { status, stdout, stderr } = await program(['-C', repository.directory, 'log', pair[0].id.slice(0, 4)])
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`the ids of 2 runs begin with "${pair[0].id.slice(0, 4)}"`)
  for (const { id } of pair) expect(stderr).toContain(`\n  ${id.slice(0, 8)} tally@1.0 at 0`)
})

describe('a fault is found', () => {
  test('a snapshot that the history does not produce', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    run.in.send(add())
    await repository.record(run).stop()
    git(repository.directory, 'update-ref', `refs/snapshots/tally/${run.id}/1`, run.head)
    const { status, stdout, stderr } = await program(['-C', repository.directory, 'verify', run.id, '-m', 'tally.mjs'])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: refs\/snapshots\/.*\(SNAPSHOT_MISMATCH\)\n$/)
  })

  test('a commit that is not a batch, after the lines that are right', async () => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    run.in.send(add())
    await repository.record(run).stop()
    const ref = `refs/runs/tally/${run.id}`
    const commit = ['commit-tree', `${ref}^{tree}`, '-p', ref, '-m', '{"type":"ADD","by":1}']
    const forged = git(repository.directory, '-c', 'user.name=A', '-c', 'user.email=a@b', ...commit)
    git(repository.directory, 'update-ref', ref, forged)
    const { status, stderr } = await program(['-C', repository.directory, 'verify', run.id, '-m', 'tally.mjs'])
    expect(status).toBe(1)
    expect(stderr).toContain('(OBJECT_CORRUPT)')
  })
})

const CHANGED = `import { defineMachine } from '@xmachines/core'
export default defineMachine({
  name: 'tally',
  version: '1.0',
  initial: () => ({ total: 0 }),
  transition: (state, event) => ({ total: state.total - event.by }),
})
`
