// Puts packs into a repository so that a crash at any moment leaves nothing half-written that Git would read:
//
//   .keep · pack, index under temporary names, both synced ─► rename pack ─► rename index ─► sync the directory
//
// The `.keep` exists before the pack appears, and is removed once a ref holds its objects: until then somebody else's
// `git repack` would drop them as unreachable. It is not synced. If a power cut empties it, it is still known as ours
// because it is read-only, which neither Git nor `touch` would make it.

import { createHash, randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Pack } from '../objects/pack.ts'
import { syncDirectory } from '../process/sync-directory.ts'

/** Removes the `.keep` of a pack. */
export type Release = () => Promise<void>

/** Marks our files in the pack directory: in their names, and in the text of a `.keep`. */
const OURS = 'xmachines'
/** Where a process id is valid: on this host, in this container. */
const WHERE = createHash('sha1').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8)
/** Tells this process from an earlier one with the same id, and its threads from each other. */
const LIFE = randomBytes(4).toString('hex')
const A_DAY = 24 * 60 * 60 * 1000

/**
 * Writes a pack.
 * @param options `durable` syncs it: then it is on disk when the promise resolves
 * @returns what removes its `.keep`
 */
export async function storePack(
  directory: string,
  { name, pack, index }: Pack,
  { durable }: { readonly durable: boolean },
): Promise<Release> {
  const keep = join(directory, `${name}.keep`)
  const temporary = join(directory, `${OURS}-${WHERE}-${process.pid}-${LIFE}-${randomBytes(6).toString('hex')}`)
  const release = (): Promise<void> => unlink(keep).catch(() => undefined)
  try {
    const mode = await sharedMode(directory)
    // Wait for all of them: a write that ends after the cleanup below would leave its file.
    const written = await Promise.allSettled([
      writeFile(`${temporary}.keep.tmp`, `${OURS} ${WHERE} ${process.pid} ${LIFE}\n`, { mode: 0o444 }),
      write(`${temporary}.pack.tmp`, pack, { durable, mode }),
      write(`${temporary}.idx.tmp`, index, { durable, mode }),
    ])
    for (const one of written) if (one.status === 'rejected') throw one.reason
    // Renamed too, so that it never appears without its text, which says that it is ours.
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

/**
 * Removes what our dead processes left behind. Of files whose process cannot be checked, and of the `.keep` of a fetch or
 * a push, it removes those that are a day old: Git would keep such a pack for ever. Makes the directory again if it was lost, as copies lose empty ones.
 */
export async function sweepPacks(directory: string): Promise<void> {
  const names = await readdir(directory).catch(async (thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') await mkdir(directory).catch(() => undefined)
    return []
  })
  const pattern = new RegExp(`^${OURS}-([0-9a-f]+)-(\\d+)-([0-9a-f]+)-[0-9a-f]+\\.(?:keep|pack|idx)\\.tmp$`)
  const sweep = async (name: string): Promise<void> => {
    const path = join(directory, name)
    const temporary = pattern.exec(name)
    if (temporary === null && !name.endsWith('.keep')) return
    const { mtimeMs, mode, size } = await stat(path)
    const words = temporary === null ? (await readFile(path, 'latin1')).trim().split(' ') : [...temporary].with(0, OURS)
    const [ours, where, pid, life] = words
    const emptied = temporary === null && size === 0 && (mode & 0o222) === 0
    const ofGit = ours === 'fetch-pack' || ours === 'receive-pack'
    if (ours !== OURS && !emptied && !ofGit) return
    const isOld = Date.now() - mtimeMs > A_DAY
    const isDead = where === WHERE && !isRunning({ pid: Number(pid), life, wroteAt: mtimeMs })
    if (emptied || isOld || isDead) await rm(path, { force: true })
  }
  // Another process may sweep too, and remove a file first.
  await Promise.all(names.map((name) => sweep(name).catch(() => undefined)))
}

/** Git marks the folders of a repository that a group shares: there the group must be able to read our files. */
async function sharedMode(directory: string): Promise<number | undefined> {
  const { mode } = await stat(directory)
  return (mode & 0o2000) === 0 ? undefined : mode & 0o444
}

async function write(
  path: string,
  bytes: Uint8Array,
  { durable, mode }: { readonly durable: boolean; readonly mode: number | undefined },
): Promise<void> {
  const handle = await open(path, 'wx', 0o444)
  try {
    await handle.writeFile(bytes)
    if (mode !== undefined) await handle.chmod(mode)
    if (durable) await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether the process that wrote a file still runs. */
function isRunning({
  pid,
  life,
  wroteAt,
}: {
  readonly pid: number
  readonly life: string | undefined
  readonly wroteAt: number
}): boolean {
  // The time tells another thread of this process, or a copy of this module, from an earlier process.
  if (pid === process.pid) return life === LIFE || wroteAt >= Date.now() - process.uptime() * 1000
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The namespace of process ids, which Linux has; elsewhere the host is enough. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
