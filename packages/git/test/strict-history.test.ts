/**
 * A history shows what a run wrote, and nothing else: whatever was put into the repository, and whatever the repository
 * says about which commit is the parent of which.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programIn } from './program.ts'
import {
  add,
  collect,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyRun,
  tally,
  tallyRun,
} from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const program = programIn(folder.path)
const WHO = 'XMachines <noreply@xmachines.invalid>'

/** A repository with a run of some batches. */
async function recorded(batches = 3): Promise<{ repository: Repository; run: TallyRun; ref: string }> {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  for (let at = 1; at <= batches; at++) run.in.send(add(at))
  const recorder = repository.record(run)
  await recorder.stop()
  return { repository, run, ref: recorder.ref }
}

/** Writes an object of any bytes, as a push could. */
function put(directory: string, type: string, content: string | Buffer): string {
  const options = ['-C', directory, 'hash-object', '-t', type, '-w', '--literally', '--stdin']
  return spawnSync('git', options, { input: content, encoding: 'utf8', maxBuffer: 2 ** 30 }).stdout.trim()
}

interface Parts {
  readonly tree: string
  readonly parent: string
  readonly createdAt: number
  readonly sequence: number
  readonly message: string | Buffer
}

/** The bytes of a commit; as core writes them, if nothing else is given. */
function commitOf({ tree, parent, createdAt, sequence, message }: Parts, change = (header: string) => header): Buffer {
  const lines = [
    `tree ${tree}`,
    `parent ${parent}`,
    `author ${WHO} ${createdAt} +0000`,
    `committer ${WHO} ${createdAt + sequence} +0000`,
  ]
  return Buffer.concat([Buffer.from(change(`${lines.join('\n')}\n\n`)), Buffer.from(message)])
}

/** Puts a commit after the head of a run, and moves the ref of the run to it. */
function follow(
  { repository: { directory }, run, ref }: { repository: Repository; run: TallyRun; ref: string },
  message: string | Buffer,
  change?: (header: string) => string,
): string {
  const { createdAt } = run.genesis
  const tree = git(directory, 'rev-parse', `${run.id}^{tree}`)
  const sequence = run.snapshot.current.sequence + 1
  const commit = commitOf({ tree, parent: run.head, createdAt, sequence, message }, change)
  const oid = put(directory, 'commit', commit)
  git(directory, 'update-ref', ref, oid)
  return oid
}

const good = '{"by":1,"type":"ADD"}\n'
const deep = `{"a":${'['.repeat(600)}${']'.repeat(600)},"type":"ADD"}\n`
const many = `{"a":[${'0,'.repeat(1_000_001)}0],"type":"ADD"}\n`

const messages: readonly (readonly [what: string, message: string | Buffer])[] = [
  ['a key that stands twice', '{"type":"ADD","type":"FINISH"}\n'],
  ['1.0', '{"by":1.0,"type":"ADD"}\n'],
  ['-0', '{"by":-0,"type":"ADD"}\n'],
  ['1e400', '{"by":1e400,"type":"ADD"}\n'],
  ['1E2', '{"by":1E2,"type":"ADD"}\n'],
  ['white space', '{"type": "ADD"}\n'],
  ['white space at the end', '{"type":"ADD"} \n'],
  ['a carriage return', '{"type":"ADD"}\r\n'],
  ['keys in another order', '{"type":"ADD","by":1}\n'],
  ['an escape that is not needed', '{"type":"\\u0041DD"}\n'],
  ['text', '"ADD"\n'],
  ['a number', '1\n'],
  ['null', 'null\n'],
  ['an array', '[{"type":"ADD"}]\n'],
  ['an object without a type', '{"by":1}\n'],
  ['a type that is no text', '{"type":1}\n'],
  ['another last byte than a line end', '{"type":"ADD"}!'],
  ['no line end', '{"type":"ADD"}'],
  ['two line ends', '{"type":"ADD"}\n\n'],
  ['nothing', ''],
  ['a line end alone', '\n'],
  ['a byte that is not UTF-8', Buffer.from('7b2274797065223a22ff227d0a', 'hex')],
  ['UTF-8 that is too long for its character', Buffer.from('7b2274797065223a22c080227d0a', 'hex')],
  ['a byte order mark', '\uFEFF{"type":"ADD"}\n'],
  ['half of a surrogate pair', '{"type":"\\ud800"}\n'],
  ['a __proto__', '{"__proto__":{},"type":"ADD"}\n'],
  ['a second line that is no event', '{"type":"ADD"}\n{}\n'],
  ['too many levels', deep],
  ['too many values', many],
]

// Each of these follows the same head of the same run.
let place: Awaited<ReturnType<typeof recorded>>
beforeAll(async () => {
  place = await recorded()
})

describe.each(messages)('a batch whose message has %s', (_what, message) => {
  test('is OBJECT_CORRUPT at its sequence, in whatever part and order it is read', async () => {
    const { run } = place
    follow(place, message)
    const repository = await openRepository(place.repository.directory)
    for (const range of [{ from: 1 }, { from: 4 }, { reverse: true }]) {
      const error = await rejection(collect(repository.history(run.id, range)))
      expect(error).toMatchObject({ code: 'OBJECT_CORRUPT', run: run.id, sequence: 4 })
    }
    // What is right before it is read.
    const read: unknown[] = []
    const reading = async (): Promise<void> => {
      for await (const record of repository.history(run.id)) read.push(record)
    }
    expect(await rejection(reading())).toMatchObject({ code: 'OBJECT_CORRUPT', run: run.id, sequence: 4 })
    expect(read).toEqual(run.toJSON().records)
    expect(await rejection(repository.open(tally, run.id))).toMatchObject({ code: 'OBJECT_CORRUPT', sequence: 4 })
    await repository.close()
  })
})

describe.each<readonly [what: string, change: (header: string) => string]>([
  ['another author', (header) => header.replace('author XMachines', 'author Somebody')],
  ['another committer', (header) => header.replace('committer XMachines', 'committer Somebody')],
  ['another author date', (header) => header.replace(/(author .*> )\d+/, '$17')],
  [
    'the date of a later batch',
    (header) => header.replace(/(committer .*> )(\d+)/, (_, a, b) => `${a}${Number(b) + 1}`),
  ],
  [
    'the date of 2^33 batches',
    (header) => header.replace(/(committer .*> )(\d+)/, (_, a, b) => `${a}${Number(b) + 2 ** 33}`),
  ],
  ['a date of 30 digits', (header) => header.replace(/(committer .*> )\d+/, `$1${'9'.repeat(30)}`)],
  ['another time zone', (header) => header.replace(/(committer .*) \+0000/, '$1 +0100')],
  ['a second parent', (header) => header.replace(/(parent .*\n)/, '$1$1')],
  ['a signature', (header) => header.replace(/\n\n$/, '\ngpgsig -----BEGIN-----\n x\n -----END-----\n\n')],
  ['an encoding', (header) => header.replace(/\n\n$/, '\nencoding latin1\n\n')],
  ['a merged tag', (header) => header.replace(/\n\n$/, '\nmergetag object x\n\n')],
])('a batch whose commit has %s', (_what, change) => {
  test('is OBJECT_CORRUPT, in whatever part and order it is read', async () => {
    const { run } = place
    follow(place, good, change)
    const repository = await openRepository(place.repository.directory)
    const { sequence } = await repository.find(run.id).catch(() => ({ sequence: -1 }))
    const ranges = [{}, { reverse: true }, ...(sequence > 0 ? [{ from: sequence }, { from: 1 }] : [])]
    for (const range of ranges) {
      const error = await rejection(collect(repository.history(run.id, range)))
      expect(error).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
    }
    expect(await rejection(repository.open(tally, run.id))).toMatchObject({ code: 'OBJECT_CORRUPT' })
    await repository.close()
  })
})

test('the program shows what is right before it, and ends with 1', async () => {
  follow(place, '{"type":"ADD","type":"FINISH"}\n')
  const log = async (...more: string[]): ReturnType<typeof program> =>
    await program(['-C', place.repository.directory, 'log', place.run.id, ...more])
  const whole = await log()
  expect(whole.status).toBe(1)
  expect(whole.stdout.trimEnd().split('\n')).toHaveLength(4)
  expect(whole.stderr).toContain('(OBJECT_CORRUPT)')
  expect((await log('--limit', '4')).status).toBe(0)
  for (const more of [
    ['--reverse', '--limit', '1'],
    ['--from', '4'],
  ]) {
    const part = await log(...more)
    expect([part.status, part.stdout]).toEqual([1, ''])
    expect(part.stderr).toContain('(OBJECT_CORRUPT)')
  }
})

test('a batch with another tree is OBJECT_CORRUPT', async () => {
  const { repository, run } = place
  const tree = git(repository.directory, 'mktree', '--missing')
  follow(place, good, (header) => header.replace(/^tree .*/, `tree ${tree}`))
  for (const range of [{}, { from: 4 }, { reverse: true }]) {
    const error = await rejection(collect(repository.history(run.id, range)))
    expect(error).toMatchObject({ code: 'OBJECT_CORRUPT', sequence: 4 })
  }
})

test('a part that does not continue what is before it is OBJECT_CORRUPT', async () => {
  const { repository, run, ref } = await recorded()
  const { directory } = repository
  const { createdAt } = run.genesis
  const tree = git(directory, 'rev-parse', `${run.id}^{tree}`)
  // It claims to be batch 9, and follows batch 3.
  const skipped = put(directory, 'commit', commitOf({ tree, parent: run.head, createdAt, sequence: 9, message: good }))
  git(directory, 'update-ref', ref, skipped)
  const other = await openRepository(directory)
  for (const range of [{}, { from: 9 }, { from: 5 }, { reverse: true }, { from: 9, reverse: true }]) {
    expect(await rejection(collect(other.history(run.id, range)))).toMatchObject({ code: 'OBJECT_CORRUPT' })
  }
  // It claims to be batch 1 of a run, and follows the genesis of another.
  const stranger = tallyRun('sha1', { start: 1 })
  await repository.record(stranger).stop()
  const oid = put(directory, 'commit', commitOf({ tree, parent: stranger.id, createdAt, sequence: 1, message: good }))
  git(directory, 'update-ref', ref, oid)
  const again = await openRepository(directory)
  for (const range of [{}, { from: 1 }, { reverse: true }, { from: 1, reverse: true }]) {
    expect(await rejection(collect(again.history(run.id, range)))).toMatchObject({ code: 'OBJECT_CORRUPT' })
  }
})

describe('a history is the one that its commits name, whatever is said about their parents', () => {
  /** Everything that shows a part of the history. */
  async function check({ repository: { directory }, run }: { repository: Repository; run: TallyRun }): Promise<void> {
    const { records } = run.toJSON()
    const repository = await openRepository(directory)
    expect(await collect(repository.history(run.id))).toEqual(records)
    expect(await collect(repository.history(run.id, { from: 2, to: 4 }))).toEqual(records.slice(2, 5))
    expect(await collect(repository.history(run.id, { to: 2 }))).toEqual(records.slice(0, 3))
    expect(await collect(repository.history(run.id, { reverse: true }))).toEqual(records.toReversed())
    expect((await repository.open(tally, run.id)).head).toBe(run.head)
    await repository.close()
  }

  test('by grafts', async () => {
    const place = await recorded(6)
    const { directory } = place.repository
    const { records } = place.run.toJSON()
    mkdirSync(join(directory, 'info'), { recursive: true })
    writeFileSync(join(directory, 'info/grafts'), `${records[5]!.oid} ${records[1]!.oid}\n${records[3]!.oid}\n`)
    await check(place)
  })

  test('by replace refs', async () => {
    const place = await recorded(6)
    const { directory } = place.repository
    const { records } = place.run.toJSON()
    git(directory, 'replace', records[4]!.oid, records[2]!.oid)
    await check(place)
  })

  test('by a shallow file that came later', async () => {
    const place = await recorded(6)
    const { directory } = place.repository
    const { records } = place.run.toJSON()
    const repository = await openRepository(directory)
    writeFileSync(join(directory, 'shallow'), `${records[4]!.oid}\n`)
    expect(await collect(repository.history(place.run.id))).toEqual(records)
    expect(await collect(repository.history(place.run.id, { to: 2 }))).toEqual(records.slice(0, 3))
    await repository.close()
  })

  test('by a forged commit-graph', async () => {
    const place = await recorded(6)
    const { directory } = place.repository
    const { records } = place.run.toJSON()
    // A commit-graph is made while a replace ref and a graft lie, and stays when they are gone.
    mkdirSync(join(directory, 'info'), { recursive: true })
    const other = tallyRun('sha1', { start: 3 })
    for (let at = 0; at < 6; at++) other.in.send(add(9))
    await place.repository.record(other).stop()
    const graph = join(directory, 'objects/info/commit-graph')
    git(directory, 'commit-graph', 'write', '--reachable')
    forgeGraph(graph, records[5]!.oid, other.toJSON().records[2]!.oid)
    expect(git(directory, 'rev-parse', `${place.run.head}~2`)).not.toBe(records[4]!.oid)
    await check(place)
    rmSync(graph)
  })
})

/** Gives a commit another parent in a commit-graph, and rewrites the checksum. */
function forgeGraph(file: string, commit: string, parent: string): void {
  const script = `
    const { readFileSync, writeFileSync, chmodSync } = require('node:fs')
    const { createHash } = require('node:crypto')
    const [file, commit, parent] = process.argv.slice(1)
    const graph = readFileSync(file)
    const chunks = new Map()
    for (let at = 0; at < graph[6]; at++) chunks.set(graph.toString('latin1', 8 + 12 * at, 12 + 12 * at), Number(graph.readBigUInt64BE(12 + 12 * at)))
    const count = graph.readUInt32BE(chunks.get('OIDF') + 1020)
    const places = new Map(Array.from({ length: count }, (_, at) => {
      const from = chunks.get('OIDL') + 20 * at
      return [graph.toString('hex', from, from + 20), at]
    }))
    graph.writeUInt32BE(places.get(parent), chunks.get('CDAT') + 36 * places.get(commit) + 20)
    createHash('sha1').update(graph.subarray(0, -20)).digest().copy(graph, graph.length - 20)
    chmodSync(file, 0o644)
    writeFileSync(file, graph)
  `
  const { status, stderr } = spawnSync(process.execPath, ['-e', script, file, commit, parent], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

describe('a genesis', () => {
  test.each([
    ['a __proto__', '{"__proto__":{}}\n'],
    ['half of a surrogate pair', '"\\ud800"\n'],
    ['too many levels', `${'['.repeat(600)}${']'.repeat(600)}\n`],
    ['far too many levels', `${'['.repeat(200_000)}${']'.repeat(200_000)}\n`],
    ['too many values', `[${'0,'.repeat(1_000_001)}0]\n`],
    ['white space', '{ }\n'],
    ['something that is not JSON', 'x\n'],
  ])('whose initial state has %s is OBJECT_CORRUPT', async (_what, initial) => {
    const repository = await makeRepository(folder)
    const run = tallyRun()
    await repository.record(run).stop()
    const { directory } = repository
    const machine = git(directory, 'rev-parse', `${run.id}:machine.json`)
    const blob = put(directory, 'blob', initial)
    const files = [`100644 initial.json\0`, `100644 machine.json\0`]
    const tree = put(
      directory,
      'tree',
      Buffer.concat([
        Buffer.from(files[0]!),
        Buffer.from(blob, 'hex'),
        Buffer.from(files[1]!),
        Buffer.from(machine, 'hex'),
      ]),
    )
    const { createdAt, nonce } = run.genesis
    const message = `run tally@1.0\n\nNonce: ${nonce}\n`
    const parent = run.genesis.machine.oid
    const id = put(directory, 'commit', commitOf({ tree, parent, createdAt, sequence: 0, message }))
    git(directory, 'update-ref', `refs/runs/tally/${id}`, id)
    for (const refused of [
      () => collect(repository.history(id)),
      () => collect(repository.history(id, { reverse: true })),
      () => repository.stateAt(id, 0),
      () => repository.open(tally, id),
    ]) {
      expect(await rejection(refused())).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
    }
  })

  test.each([
    ['is empty', Buffer.alloc(0)],
    ['is cut short', Buffer.from('100644 initial.json\0abc')],
    ['has no end of a name', Buffer.from('100644 initial.json')],
    ['is text', Buffer.from('x'.repeat(100))],
  ])('whose tree %s is OBJECT_CORRUPT, and hangs nobody', async (_how, content) => {
    const repository = await makeRepository(folder)
    const { directory } = repository
    const tree = put(directory, 'tree', content)
    const message = `run tally@1.0\n\nNonce: ${'0'.repeat(32)}\n`
    const parent = '1'.repeat(40)
    const id = put(directory, 'commit', commitOf({ tree, parent, createdAt: 5, sequence: 0, message }))
    git(directory, 'update-ref', `refs/runs/tally/${id}`, id)
    expect(await rejection(collect(repository.history(id)))).toMatchObject({ code: 'OBJECT_CORRUPT' })
    expect(await rejection(repository.stateAt(id, 0))).toMatchObject({ code: 'OBJECT_CORRUPT' })
  })
})

test('an object that claims to be larger than any of a run is OBJECT_CORRUPT, without reading it', async () => {
  const { repository, run, ref } = await recorded()
  const { directory } = repository
  const { deflateSync } = await import('node:zlib')
  // The header of a loose object says how large it is; the bytes need not be there.
  const oid = '12'.repeat(20)
  mkdirSync(join(directory, 'objects/12'), { recursive: true })
  for (const [type, size] of [
    ['commit', 2 ** 40],
    ['blob', 2 ** 60],
  ] as const) {
    writeFileSync(join(directory, 'objects/12', oid.slice(2)), deflateSync(Buffer.from(`${type} ${size}\0${good}`)))
    writeFileSync(join(directory, ref), `${oid}\n`)
    const other = await openRepository(directory)
    for (const refused of [
      () => other.find(run.id),
      () => collect(other.history(run.id)),
      () => collect(other.runs()),
    ]) {
      expect(await rejection(refused())).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
    }
    await other.close()
  }
  expect(readdirSync(join(directory, 'objects/12'))).toHaveLength(1)
})
