// What Git passes over in silence when it looks for an object: packs, indexes and directories that it cannot read. An
// object that is missing then may be there after all, so it must not be reported as one that never was.

import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { GitError, type GitErrorDetails } from '../git-error.ts'
import type { GitProgram } from '../process/git-program.ts'
import { pause } from '../process/pause.ts'
import { adviceOn } from '../raw-errors.ts'
import { type FormatName, widthOf } from './object-id.ts'
import { corrupt } from './object-stream.ts'

/** Where objects are looked for. */
export interface ObjectStore {
  readonly git: GitProgram
  readonly gitDirectory: string
  readonly format: FormatName
}

/** Something that was passed over: its path and why, as a clause. The error of the system, if there was one. */
interface PassedOver {
  readonly what: string
  readonly cause?: NodeJS.ErrnoException
}

/** How deep alternates may name alternates, as in Git. */
const MOST_LEVELS = 5

/**
 * Why an object cannot be read though it may be there; undefined if nothing was passed over, so that it is not there.
 * @param where what the error names
 */
export async function whyUnreadable(
  store: ObjectStore,
  oid: string,
  where: Pick<GitErrorDetails, 'run' | 'sequence'> = {},
): Promise<GitError | undefined> {
  const passed = await passedOver(store, oid)
  const [first] = passed
  if (first !== undefined) {
    const causes = passed.map(({ what }) => what).slice(0, 8)
    const more = passed.length > causes.length ? `, and ${passed.length - causes.length} more` : ''
    const places = `${causes.join('; ')}${more}`
    if (first.cause === undefined) return corrupt(oid, `it may be in files that Git does not use: ${places}`, where)
    const message = `the object ${oid} may be in files that cannot be read: ${places}; ${adviceOn(first.cause)}`
    return new GitError('READ_FAILED', message, { ...where, cause: first.cause })
  }
  // Git says nothing of it on its standard output, and continues.
  const { stderr } = await store.git.ask(['cat-file', '--batch'], `${oid}\n`)
  const complaint = stderr.split('\n').find((line) => /^(error|fatal):/.test(line))
  return complaint === undefined ? undefined : corrupt(oid, complaint, where)
}

/** How often it is looked again. */
const LOOKS = 3

/**
 * All that is passed over. What others are writing or removing just now is gone at a further look, while they may have gone on
 * with something else: a fault is one that every look finds.
 */
async function passedOver({ gitDirectory, format }: ObjectStore, oid: string): Promise<PassedOver[]> {
  const look = (): Promise<PassedOver[]> => inObjects(join(gitDirectory, 'objects'), oid, { format, level: 0 })
  let passed = await look()
  for (let looks = 1; looks <= LOOKS && passed.length > 0; looks++) {
    await pause(looks)
    const again = new Set((await look()).map(({ what }) => what))
    passed = passed.filter(({ what }) => again.has(what))
  }
  return passed
}

async function inObjects(
  directory: string,
  oid: string,
  { format, level }: { readonly format: FormatName; readonly level: number },
): Promise<PassedOver[]> {
  const loose = join(directory, oid.slice(0, 2))
  const [top, packs, fan, file, alternates] = await Promise.all([
    names(directory),
    names(join(directory, 'pack'), 'ENOENT'),
    names(loose, 'ENOENT'),
    readable(join(loose, oid.slice(2)), 'ENOENT'),
    alternatesOf(directory),
  ])
  const faults = [top, packs, fan, file].filter(
    (found): found is PassedOver => !Array.isArray(found) && found !== undefined,
  )
  const inPacks = Array.isArray(packs) ? await packFaults(join(directory, 'pack'), packs, format) : []
  const others = Array.isArray(alternates) ? alternates : []
  if (!Array.isArray(alternates)) faults.push(alternates)
  const nested =
    level === MOST_LEVELS
      ? []
      : await Promise.all(
          others.map((other) => inObjects(resolve(directory, other), oid, { format, level: level + 1 })),
        )
  return [...faults, ...inPacks, ...nested.flat()]
}

async function names(directory: string, allowed?: string): Promise<string[] | PassedOver | undefined> {
  return await readdir(directory).catch((thrown: NodeJS.ErrnoException) => fault(directory, thrown, allowed))
}

async function readable(path: string, allowed?: string): Promise<PassedOver | undefined> {
  return await open(path).then(
    (handle) => handle.close().then(() => undefined),
    (thrown: NodeJS.ErrnoException) => fault(path, thrown, allowed),
  )
}

function fault(path: string, cause: NodeJS.ErrnoException, allowed?: string): PassedOver | undefined {
  return cause.code === allowed ? undefined : { what: `${path} (${cause.code ?? cause.message})`, cause }
}

async function alternatesOf(directory: string): Promise<string[] | PassedOver> {
  const file = join(directory, 'info/alternates')
  try {
    const lines = (await readFile(file, 'utf8')).split('\n')
    return lines.filter((line) => line !== '' && !line.startsWith('#'))
  } catch (thrown) {
    return fault(file, thrown as NodeJS.ErrnoException, 'ENOENT') ?? []
  }
}

/** The packs that Git does not use: each needs a sound index, and its own beginning and end must fit that. */
async function packFaults(directory: string, all: readonly string[], format: FormatName): Promise<PassedOver[]> {
  const there = new Set(all)
  const packs = new Set(
    all.flatMap((name) => (/^pack-.*\.(pack|idx)$/.test(name) ? [name.replace(/\.(pack|idx)$/, '')] : [])),
  )
  const found = await Promise.all(
    [...packs].map(async (pack): Promise<PassedOver | undefined> => {
      const [path, index] = [join(directory, `${pack}.pack`), join(directory, `${pack}.idx`)]
      if (!there.has(`${pack}.idx`)) {
        // Whoever writes a pack under a .keep writes its index next.
        const written = there.has(`${pack}.keep`)
        return written ? undefined : { what: `${path} has no index: make it with git index-pack ${path}` }
      }
      if (!there.has(`${pack}.pack`)) return { what: `${path} is missing, and its index is there` }
      return await checkPack(path, index, widthOf(format))
    }),
  )
  return found.filter((one) => one !== undefined)
}

async function checkPack(pack: string, index: string, width: number): Promise<PassedOver | undefined> {
  const [whole, part] = await Promise.all([ends(index, 8 + 1024, 2 * width), ends(pack, 12, width)])
  if ('what' in whole) return whole
  if ('what' in part) return part
  const { begin, end, size } = whole
  const modern = begin.readUInt32BE(0) === 0xff744f63
  const count = begin.readUInt32BE(modern ? 8 + 1020 : 1020)
  const least = modern ? 8 + 1024 + count * (width + 8) + 2 * width : 1024 + count * (width + 4) + 2 * width
  const most = modern ? least + 8 * Math.max(0, count - 1) : least
  if ((modern && begin.readUInt32BE(4) !== 2) || size < least || size > most) {
    return { what: `${index} is not the index of a pack: make it again with git index-pack ${pack}` }
  }
  const sound =
    part.begin.toString('latin1', 0, 4) === 'PACK' &&
    part.begin.readUInt32BE(8) === count &&
    part.end.equals(end.subarray(0, width))
  return sound
    ? undefined
    : { what: `${pack} is not the pack that its index describes: it is damaged, or was cut short` }
}

/** The first and the last bytes of a file. */
async function ends(
  path: string,
  first: number,
  last: number,
): Promise<{ readonly begin: Buffer; readonly end: Buffer; readonly size: number } | PassedOver> {
  let handle: FileHandle | undefined
  try {
    const { size } = await stat(path)
    if (size < first + last) return { what: `${path} is cut short` }
    handle = await open(path)
    const [begin, end] = [Buffer.alloc(first), Buffer.alloc(last)]
    await handle.read(begin, 0, first, 0)
    await handle.read(end, 0, last, size - last)
    return { begin, end, size }
  } catch (thrown) {
    const cause = thrown as NodeJS.ErrnoException
    return { what: `${path} (${cause.code ?? cause.message})`, cause }
  } finally {
    await handle?.close()
  }
}
