// Puts packs into a repository so that a crash at any moment leaves nothing half-written that Git would read:
//
//   .keep · pack, index under temporary names, both synced ─► rename pack ─► rename index ─► sync the directory
//
// The `.keep` is there before the pack appears, and goes when a ref holds its objects: until then a `git repack` of
// someone else would drop them as unreachable. It is not synced: one that lost what it says to a power cut is told from
// somebody else's by being read-only, which neither Git nor `touch` makes it.

import { createHash, randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Pack } from '../objects/pack.ts'

/** Drops the `.keep` of a pack. */
export type Release = () => Promise<void>

/** How our files in the pack directory are told from Git's: their names, and what a `.keep` says. */
const OURS = 'xmachines'
/** Where the number of a process is known: on a host, and there among the processes of a container. */
const WHERE = createHash('sha1').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8)
/** Tells this process from an earlier one with the same number, and its threads from each other. */
const LIFE = randomBytes(4).toString('hex')
const A_DAY = 24 * 60 * 60 * 1000
let counter = 0

/** Writes a pack; answers once it is there (on disk, where it is to be durable) with what drops its `.keep`. */
export async function storePack(directory: string, { name, pack, index }: Pack, durable: boolean): Promise<Release> {
  const keep = join(directory, `${name}.keep`)
  const temporary = join(directory, `${OURS}-${WHERE}-${process.pid}-${LIFE}-${counter++}`)
  const release = (): Promise<void> => unlink(keep).catch(() => undefined)
  try {
    const mode = await sharedMode(directory)
    // All of them settled, so that what is removed after a failure is not made behind it.
    const written = await Promise.allSettled([
      writeFile(`${temporary}.keep.tmp`, `${OURS} ${WHERE} ${process.pid} ${LIFE}\n`, { mode: 0o444 }),
      write(`${temporary}.pack.tmp`, pack, durable, mode),
      write(`${temporary}.idx.tmp`, index, durable, mode),
    ])
    for (const one of written) if (one.status === 'rejected') throw one.reason
    // Renamed too: one without what it says could not be told from somebody else's.
    await rename(`${temporary}.keep.tmp`, keep)
    await rename(`${temporary}.pack.tmp`, join(directory, `${name}.pack`))
    await rename(`${temporary}.idx.tmp`, join(directory, `${name}.idx`))
    if (durable) await syncDirectory(directory)
    return release
  } catch (thrown) {
    await Promise.all(
      ['.keep.tmp', '.pack.tmp', '.idx.tmp'].map((end) => rm(temporary + end, { force: true }).catch(() => undefined)),
    )
    await release()
    throw thrown
  }
}

/** Has the entries of a directory written to disk; one that is gone has none. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

/**
 * Removes what processes of ours left behind that run no more; where there is no telling, what is a day old.
 * A directory that was lost, as copies lose empty ones, is made again.
 */
export async function sweepPacks(directory: string): Promise<void> {
  const names = await readdir(directory).catch(async (thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') await mkdir(directory).catch(() => undefined)
    return []
  })
  const sweep = async (name: string): Promise<void> => {
    const path = join(directory, name)
    const temporary = new RegExp(`^${OURS}-([0-9a-f]+)-(\\d+)-([0-9a-f]+)-\\d+\\.(?:keep|pack|idx)\\.tmp$`).exec(name)
    if (temporary === null && !name.endsWith('.keep')) return
    const { mtimeMs, mode, size } = await stat(path)
    const said = temporary === null ? (await readFile(path, 'latin1')).trim().split(' ') : [...temporary].with(0, OURS)
    const [ours, where, pid, life] = said
    const emptied = temporary === null && size === 0 && (mode & 0o222) === 0
    if (ours !== OURS && !emptied) return
    const isOld = Date.now() - mtimeMs > A_DAY
    if (emptied || isOld || (where === WHERE && !isRunning(Number(pid), life, mtimeMs))) await rm(path, { force: true })
  }
  // Another process may sweep too; what it took first is gone.
  await Promise.all(names.map((name) => sweep(name).catch(() => undefined)))
}

/** In a repository that is shared with a group, whose folders Git marks so, the group reads what somebody else wrote. */
async function sharedMode(directory: string): Promise<number | undefined> {
  const { mode } = await stat(directory)
  return (mode & 0o2000) === 0 ? undefined : mode & 0o444
}

async function write(path: string, bytes: Uint8Array, durable: boolean, mode: number | undefined): Promise<void> {
  const handle = await open(path, 'wx', 0o444)
  try {
    await handle.writeFile(bytes)
    if (mode !== undefined) await handle.chmod(mode)
    if (durable) await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether a process runs that wrote a file at a moment. */
function isRunning(pid: number, life: string | undefined, wroteAt: number): boolean {
  // Another thread of this process, or a copy of this module, is told from an earlier process by when it wrote.
  if (pid === process.pid) return life === LIFE || wroteAt >= Date.now() - process.uptime() * 1000
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Where numbers of processes are given, as Linux says it; elsewhere the host says it all. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
