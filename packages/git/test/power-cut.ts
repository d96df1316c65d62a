// Cuts the power of a recorder after any of its system calls: computes what the disk may then hold, and checks whether
// that is a sound repository.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { add, askGit, type Folder, tally, tallyRun } from './repositories.ts'
import { type Image, type Kept, simulatedDisk } from './simulated-disk.ts'
import { traceCalls } from './system-calls.ts'

/** What a disk may hold after some calls, and what was acknowledged before. */
export interface Cut {
  readonly image: Image
  /** The last call, and how much of the unsynced data was kept. */
  readonly after: string
  readonly opened: boolean
  readonly id: string
  /** The sequence that was acknowledged. */
  readonly safe: number
}

/** How much of the unsynced data is kept: nothing, all, the names without the data, and mixtures. */
function* kinds(mixtures: number): Generator<[string, Kept]> {
  yield ['nothing', { change: () => false, data: () => false }]
  yield ['names', { change: () => true, data: () => false }]
  yield ['all', { change: () => true, data: () => true }]
  for (let at = 0; at < mixtures; at++) {
    const likely = (at + 1) / (mixtures + 1)
    yield ['a mixture', { change: () => Math.random() < likely, data: () => Math.random() < 0.5 }]
  }
}

/**
 * What is recorded: a run in a new repository, a run in a repository with so many packs that they are combined, or a
 * run that somebody else began without syncing.
 */
export const RECORDED = ['a new repository', 'a repository of many packs', 'a run that was not synced'] as const
export type Recorded = (typeof RECORDED)[number]

/** Records some batches; resolves with what the disk may hold after each call, each image once. */
export async function cutsOf(folder: Folder, recorded: Recorded, mixtures: number): Promise<readonly Cut[]> {
  const root = mkdtempSync(join(folder.path, 'disk-'))
  const directory = join(root, 'runs.git')
  let id = recorded === 'a repository of many packs' ? await makePacks(directory) : ''
  if (recorded === 'a run that was not synced') await openRepository(directory, { create: true })
  const disk = simulatedDisk(root)
  if (recorded === 'a run that was not synced') {
    const { calls: before, printed } = await traceCalls(root, 'traced-child.ts', [directory, 'process', '2'])
    for (const call of before) disk.apply(call)
    id = /^mark run (.*)$/m.exec(printed)?.[1] ?? ''
  }
  const { calls } = await traceCalls(root, 'traced-child.ts', [directory, 'disk', '3', id])
  const cuts = new Map<string, Cut>()
  const numbers = new WeakMap<Buffer, number>()
  let known = 0
  const numberOf = (bytes: Buffer | undefined): number => {
    if (bytes === undefined) return -1
    if (!numbers.has(bytes)) numbers.set(bytes, known++)
    return numbers.get(bytes) as number
  }
  let acknowledged = { opened: false, id, safe: -1 }
  for (const call of calls) {
    disk.apply(call)
    if (call.kind === 'tell') {
      const [word, value = ''] = call.path.split(' ')
      if (word === 'failed') throw new Error(call.path)
      if (word === 'run') acknowledged = { ...acknowledged, id: value }
      if (word === 'opened') acknowledged = { ...acknowledged, opened: true }
      if (word === 'safe') acknowledged = { ...acknowledged, safe: Number(value) }
    }
    for (const [kind, kept] of kinds(mixtures)) {
      const image = disk.image(kept)
      const key = [...image].map(([path, file]) => `${path} ${numberOf(file?.bytes)}`).join('\n')
      // The latest of equal images: it has more acknowledgements.
      cuts.set(key, { image, after: `${call.kind} ${call.path} ${call.to}, ${kind} kept`, ...acknowledged })
    }
  }
  // A disk that loses nothing must equal the real one; otherwise the trace was misread.
  const all = disk.image({ change: () => true, data: () => true })
  const real = simulatedDisk(root).image({ change: () => true, data: () => true })
  for (const path of new Set([...all.keys(), ...real.keys()])) {
    if (!all.has(path) || !real.has(path) || !isSame(all.get(path)?.bytes, real.get(path)?.bytes))
      throw new Error(`${path} is not what the calls made of it`)
  }
  // Before that, nothing was promised about what others had not synced.
  const promised = recorded === 'a run that was not synced' ? ({ safe }: Cut) => safe >= 0 : ({ opened }: Cut) => opened
  return [...cuts.values()].filter(promised)
}

/** Records a run into fifty packs, the most that are not combined; resolves with its id. */
async function makePacks(directory: string): Promise<string> {
  const repository = await openRepository(directory, { create: true })
  const run = tallyRun()
  const recorder = repository.record(run, { durability: 'process' })
  for (let pack = 0; pack < 50; pack++) {
    run.in.send(add())
    await recorder.flush()
  }
  await repository.close()
  return run.id
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other)
}

/** The faults of a repository after a cut; none if all that was acknowledged is there, and the run continues. */
export async function faultsAfter(folder: Folder, { image, after, id, safe }: Cut): Promise<string[]> {
  const root = mkdtempSync(join(folder.path, 'cut-'))
  for (const [path, file] of image) {
    mkdirSync(file === undefined ? join(root, path) : dirname(join(root, path)), { recursive: true })
    if (file !== undefined) writeFileSync(join(root, path), file.bytes, { mode: file.mode })
    // The machine was off for a while.
    if (path.endsWith('.lock')) utimesSync(join(root, path), 1, 1)
  }
  const directory = join(root, 'runs.git')
  const faults: string[] = []
  try {
    const repository = await openRepository(directory)
    const run = safe >= 0 ? await repository.open(tally, id) : tallyRun()
    const found = run.snapshot.current.sequence
    if (found < safe) faults.push(`sequence ${safe} was acknowledged, and ${found} is there`)
    run.in.send(add())
    await repository.record(run).stop()
    await repository.close()
    const { status, stdout, stderr } = askGit(directory, 'fsck', '--strict', '--full', '--no-dangling')
    if (status !== 0 || stdout !== '') faults.push(`fsck ended with ${String(status)}: ${stdout}${stderr}`)
    const left = readdirSync(join(directory, 'objects/pack')).filter((name) => /^xmachines|\.keep$/.test(name))
    if (left.length > 0) faults.push(`${left.join(' and ')} was left`)
  } catch (thrown) {
    faults.push(String(thrown))
  } finally {
    rmSync(root, { recursive: true })
  }
  return faults.map((fault) => `${after}: ${fault}`)
}
