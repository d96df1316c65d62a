/** A repository that is damaged is never reported as an empty one: the error names the ref or the pack. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import { asNobody } from './nobody.ts'
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

/** A repository with a run that is going to be damaged, and another that is not, each in a pack of its own. */
interface Place {
  readonly directory: string
  readonly run: TallyRun
  readonly sound: TallyRun
  /** The path of the ref of the first run, and its name. */
  readonly file: string
  readonly ref: string
  /** The paths of the pack of the first run and its index. */
  readonly pack: string
  readonly index: string
}

async function makePlace(): Promise<Place> {
  const repository = await makeRepository(folder)
  const { directory } = repository
  const packs = join(directory, 'objects/pack')
  const [sound, run] = [tallyRun(), tallyRun()]
  for (const one of [sound, run]) one.in.send(add())
  await repository.record(sound).stop()
  const before = new Set(readdirSync(packs))
  await repository.record(run).stop()
  await repository.close()
  const names = readdirSync(packs).filter((name) => !before.has(name))
  const [pack, index] = ['.pack', '.idx'].map((end) => join(packs, names.find((name) => name.endsWith(end))!))
  for (const file of [pack!, index!]) chmodSync(file, 0o644)
  const ref = `refs/runs/tally/${run.id}`
  return { directory, run, sound, ref, file: join(directory, ref), pack: pack!, index: index! }
}

/** The runs that are listed, and the error after them. */
async function listing(
  repository: Repository,
): Promise<{ ids: string[]; error: (Error & { code?: string }) | undefined }> {
  const ids: string[] = []
  try {
    for await (const { id } of repository.runs()) ids.push(id)
  } catch (thrown) {
    return { ids, error: thrown as Error }
  }
  return { ids, error: undefined }
}

/** What is damaged, how, and what every error names. */
type Damage = readonly [what: string, damage: (place: Place) => void, names: (place: Place) => string]
/** Puts a link that leads nowhere in the place of a file or a folder, as a volume that is not mounted does. */
function linkToNowhere(path: string): void {
  rmSync(path, { recursive: true, force: true })
  symlinkSync(join(folder.path, 'not-mounted'), path)
}

const theRef = ({ ref }: Place): string => ref
const thePack = ({ pack }: Place): string => pack
const theIndex = ({ index }: Place): string => index

const refs: readonly Damage[] = [
  ['a ref file that is empty', ({ file }) => writeFileSync(file, ''), theRef],
  ['a ref file of zeros', ({ file }) => writeFileSync(file, Buffer.alloc(41)), theRef],
  ['a ref file that was cut short', ({ file }) => truncateSync(file, 20), theRef],
  ['a ref to a missing object', ({ file }) => writeFileSync(file, `${'1'.repeat(40)}\n`), theRef],
  ['a ref to no object', ({ file }) => writeFileSync(file, `${'0'.repeat(40)}\n`), theRef],
  ['a ref that points to itself', ({ file, ref }) => writeFileSync(file, `ref: ${ref}\n`), theRef],
  ['a ref to a ref that is not there', ({ file }) => writeFileSync(file, 'ref: refs/heads/none\n'), theRef],
  [
    'a ref to a blob',
    ({ file, directory }) => writeFileSync(file, `${git(directory, 'hash-object', '-w', join(directory, 'config'))}\n`),
    theRef,
  ],
  ['a ref that is a link to nowhere', ({ file }) => linkToNowhere(file), theRef],
]
const packs: readonly Damage[] = [
  ['an index that is empty', ({ index }) => writeFileSync(index, ''), theIndex],
  ['an index that was cut short', ({ index }) => truncateSync(index, 1060), theIndex],
  ['an index of zeros', ({ index }) => writeFileSync(index, Buffer.alloc(readFileSync(index).length)), theIndex],
  ['a pack without its index', ({ index }) => rmSync(index), thePack],
  ['an index without its pack', ({ pack }) => rmSync(pack), thePack],
  ['a pack that is empty', ({ pack }) => writeFileSync(pack, ''), thePack],
  ['a pack that was cut short', ({ pack }) => truncateSync(pack, readFileSync(pack).length - 100), thePack],
  ['a pack of zeros', ({ pack }) => writeFileSync(pack, Buffer.alloc(readFileSync(pack).length)), thePack],
]

/** Damages one of two runs. The list has the other, and then an error that names the damage, as every reader of the run has. */
async function expectNamed(
  [, damage, names]: Damage,
  {
    more = [],
    inList = () => [],
  }: {
    readonly more?: readonly ((repository: Repository, place: Place) => Promise<unknown>)[]
    readonly inList?: (place: Place) => readonly string[]
  },
): Promise<{ readonly repository: Repository; readonly place: Place }> {
  const place = await makePlace()
  const { directory, run, sound } = place
  damage(place)
  const repository = await openRepository(directory)
  const { ids, error } = await listing(repository)
  expect(ids).toEqual([sound.id])
  expect(error).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
  for (const named of [names(place), ...inList(place)]) expect(error?.message).toContain(named)
  for (const refused of [
    () => repository.find(run.id),
    () => repository.open(tally, run.id),
    () => collect(repository.history(run.id)),
    ...more.map((read) => () => read(repository, place)),
  ]) {
    const failure = await rejection(refused())
    expect(failure).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
    expect(failure.message).toContain(names(place))
  }
  return { repository, place }
}

describe.each(refs)('%s', (...damage) => {
  test('is an error that names it, after the sound runs', async () => {
    const { repository, place } = await expectNamed(damage, {
      more: [
        (opened, { run }) => opened.verify(tally, run.id),
        (opened, { run }) => opened.export(run.id, { machine: tally }),
      ],
    })
    expect((await repository.open(tally, place.sound.id)).head).toBe(place.sound.head)
    await repository.close()
  })
})

describe.each(packs)('%s', (...damage) => {
  test('is an error that names it, after the sound runs', async () => {
    const { repository } = await expectNamed(damage, {
      more: [(opened, { run }) => opened.import(run.toJSON())],
      inList: ({ ref }) => [ref],
    })
    await repository.close()
  })
})

test.each<Damage>([
  ['a pack', ({ pack }) => chmodSync(pack, 0), thePack],
  ['an index', ({ index }) => chmodSync(index, 0), theIndex],
  [
    'the folder of packs',
    ({ directory }) => chmodSync(join(directory, 'objects/pack'), 0),
    ({ directory }) => `${directory}/objects/pack`,
  ],
  ['a ref', ({ file }) => chmodSync(file, 0), theRef],
  [
    'the refs of a machine',
    ({ directory }) => chmodSync(join(directory, 'refs/runs/tally'), 0),
    () => 'refs/runs/tally/',
  ],
  ['the refs of all runs', ({ directory }) => chmodSync(join(directory, 'refs/runs'), 0), () => 'refs/runs/'],
])('%s that this user may not read is an error that names it', async (_what, forbid, names) => {
  const place = await makePlace()
  chmodSync(folder.path, 0o755)
  await asNobody(place.directory, async () => {
    forbid(place)
    const repository = await openRepository(place.directory)
    const { error } = await listing(repository)
    expect(error).toMatchObject({ name: 'GitError', code: 'READ_FAILED' })
    expect(error?.message).toContain(names(place))
    const missing = await rejection(repository.find(place.run.id))
    expect(missing).toMatchObject({ name: 'GitError', code: 'READ_FAILED' })
    expect(missing.message).toContain(names(place))
    await repository.close()
  })
  git(folder.path, 'version')
  for (const path of [place.file, place.pack, place.index]) rmSync(path, { force: true })
})

test.each([
  ['empty', (file: string) => writeFileSync(file, '')],
  ['of something else', (file: string) => writeFileSync(file, 'garbage\n')],
  ['cut short', (file: string) => truncateSync(file, 120)],
  ['of zeros', (file: string) => writeFileSync(file, Buffer.alloc(300))],
])('packed refs that are %s are an error that names them', async (_how, damage) => {
  const { directory, run } = await makePlace()
  git(directory, 'pack-refs', '--all')
  damage(join(directory, 'packed-refs'))
  const repository = await openRepository(directory)
  for (const error of [
    (await listing(repository)).error,
    await rejection(repository.find(run.id)),
    await rejection(collect(repository.history(run.id))),
  ]) {
    expect(error).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
    expect(error?.message).toContain('packed-refs')
  }
  await repository.close()
})

test('packed refs that are a link to nowhere are an error that names them', async () => {
  const { directory, run } = await makePlace()
  git(directory, 'pack-refs', '--all')
  linkToNowhere(join(directory, 'packed-refs'))
  const repository = await openRepository(directory)
  for (const error of [(await listing(repository)).error, await rejection(repository.find(run.id))]) {
    expect(error).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
    expect(error?.message).toContain('packed-refs')
  }
  await repository.close()
})

const inPlaceOfFolders: readonly (readonly [what: string, put: (path: string) => void])[] = [
  ['a link to nowhere', linkToNowhere],
  [
    'an empty file',
    (path) => {
      rmSync(path, { recursive: true })
      writeFileSync(path, '')
    },
  ],
]

describe.each(inPlaceOfFolders)('%s in the place of a folder of refs', (_what, put) => {
  test.each(['refs/runs', 'refs/runs/tally'])('is an error that names it: %s', async (folderOfRefs) => {
    const { directory, run } = await makePlace()
    put(join(directory, folderOfRefs))
    const repository = await openRepository(directory)
    for (const error of [
      (await listing(repository)).error,
      await rejection(collect(repository.runs({ machine: 'tally' }))),
      await rejection(repository.find(run.id)),
      await rejection(collect(repository.history(run.id))),
    ]) {
      expect(error).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
      expect(error?.message).toContain(`${folderOfRefs} in ${directory}`)
      expect(error?.message).not.toContain('right')
    }
    await repository.close()
  })

  test('is an error of the snapshots, too', async () => {
    const { directory, run } = await makePlace()
    put(mkdirSync(join(directory, 'refs/snapshots'), { recursive: true })!)
    const repository = await openRepository(directory)
    for (const refused of [() => repository.snapshots(run.id), () => repository.open(tally, run.id)]) {
      const error = await rejection(refused())
      expect(error).toMatchObject({ name: 'GitError', code: 'OBJECT_CORRUPT' })
      expect(error.message).toContain('refs/snapshots in')
    }
    await repository.close()
  })
})

test('a folder of refs may be a link to another place', async () => {
  const { directory, run, sound } = await makePlace()
  const here = join(directory, 'refs/runs/tally')
  renameSync(here, join(directory, 'elsewhere'))
  symlinkSync(join(directory, 'elsewhere'), here)
  const repository = await openRepository(directory)
  expect(await listing(repository)).toEqual({ ids: [run.id, sound.id].toSorted(), error: undefined })
  expect(await rejection(repository.find('1'.repeat(40)))).toMatchObject({ code: 'RUN_MISSING' })
  await repository.close()
})

test('objects of another repository that is gone are an error that names its folder', async () => {
  const { directory, run } = await makePlace()
  const borrower = join(folder.path, 'borrower.git')
  git(folder.path, 'clone', '--quiet', '--bare', '--shared', directory, borrower)
  git(borrower, 'fetch', '--quiet', 'origin', 'refs/runs/*:refs/runs/*')
  expect((await listing(await openRepository(borrower))).error).toBeUndefined()
  renameSync(directory, `${directory}-moved`)
  const repository = await openRepository(borrower)
  for (const error of [(await listing(repository)).error, await rejection(repository.find(run.id))]) {
    expect(error).toMatchObject({ code: 'READ_FAILED' })
    expect(error?.message).toContain(`${directory}/objects`)
    expect(error?.message).not.toContain('the right to read')
  }
  await repository.close()
})

test('packs that another process removes one after the other are no damage', async () => {
  const repository = await makeRepository(folder)
  const packs = join(repository.directory, 'objects/pack')
  mkdirSync(packs, { recursive: true })
  // Each pack is gone before its index is, as if a repacking took long.
  let count = 0
  const nameOf = (at: number): string => join(packs, `pack-${String(at).padStart(40, '0')}.idx`)
  writeFileSync(nameOf(0), '')
  const removing = setInterval(() => {
    writeFileSync(nameOf(++count), '')
    rmSync(nameOf(count - 1))
  })
  try {
    for (let times = 0; times < 5; times++) expect(await repository.store.head('0'.repeat(40))).toBeUndefined()
  } finally {
    clearInterval(removing)
  }
  await repository.close()
})

test('only what is not there, with nothing passed over, is missing', async () => {
  const { directory, run, file, sound } = await makePlace()
  rmSync(file)
  const repository = await openRepository(directory)
  expect(await rejection(repository.find(run.id))).toMatchObject({ code: 'RUN_MISSING' })
  expect(await rejection(repository.find('0'.repeat(40)))).toMatchObject({ code: 'RUN_MISSING' })
  expect(await listing(repository)).toEqual({ ids: [sound.id], error: undefined })
  // An empty folder, as Git leaves them, is not a ref.
  mkdirSync(file)
  expect(await listing(repository)).toEqual({ ids: [sound.id], error: undefined })
  await repository.close()
})

test('a broken ref of a snapshot is an error that names it', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  const { ref } = await repository.keepSnapshot(run)
  await recorder.stop()
  writeFileSync(join(repository.directory, ref), '')
  for (const refused of [
    () => repository.snapshots(run.id),
    () => repository.open(tally, run.id),
    () => repository.verify(tally, run.id),
  ]) {
    const failure = await rejection(refused())
    expect(failure).toMatchObject({ code: 'OBJECT_CORRUPT' })
    expect(failure.message).toContain(ref)
  }
})

test('several faults are one error that names each, and whose cause holds them', async () => {
  const { directory, file, ref, sound } = await makePlace()
  writeFileSync(file, '')
  const other = `refs/runs/tally/${sound.id}`
  writeFileSync(join(directory, other), '')
  const { ids, error } = await listing(await openRepository(directory))
  expect(ids).toEqual([])
  for (const name of [ref, other]) expect(error?.message).toContain(name)
  expect(error?.cause).toMatchObject({ errors: [{ name: 'GitError' }, { name: 'GitError' }] })
})

describe('the program', () => {
  test('lists the sound runs, then the error, and ends with 1', async () => {
    const { directory, file, ref, run, sound } = await makePlace()
    writeFileSync(file, '')
    const listed = await program(['-C', directory, 'runs'])
    expect(listed.status).toBe(1)
    expect(listed.stdout).toContain(sound.id.slice(0, 8))
    expect(listed.stderr).toContain(ref)
    expect(listed.stderr).not.toContain('there are no runs')
    for (const id of [run.id, run.id.slice(0, 8)]) {
      const log = await program(['-C', directory, 'log', id])
      expect([log.status, log.stdout]).toEqual([1, ''])
      expect(log.stderr).toContain(ref)
    }
    // What is broken beside a run does not keep it from being read.
    expect((await program(['-C', directory, 'log', sound.id.slice(0, 8)])).status).toBe(0)
  })

  test('names the pack of a repository that cannot be read', async () => {
    const { directory, run, pack } = await makePlace()
    appendFileSync(pack, 'x')
    for (const command of [['runs'], ['log', run.id], ['show', run.id]]) {
      const { status, stderr } = await program(['-C', directory, ...command])
      expect(status).toBe(1)
      expect(stderr).toContain(pack)
    }
  })
})
