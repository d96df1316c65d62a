// Writes refs to disk, with the directories that they may have needed. A ref that somebody else moved may have been
// synced by nobody: then everything that it depends on is synced too.

import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncDirectory } from '../process/sync-directory.ts'

/** Syncs the directories of refs. */
export async function syncRefs(gitDirectory: string, refs: readonly string[]): Promise<void> {
  const directories = new Set<string>()
  for (const ref of refs) for (let at = dirname(ref); at !== '.'; at = dirname(at)) directories.add(at)
  await Promise.all([...directories].map((at) => syncDirectory(join(gitDirectory, at))))
}

/**
 * Syncs refs that somebody else moved, and the packs that hold their objects. The mover may have been killed before it
 * synced, or records with the durability of a process. A pack is synced once.
 */
export function foreignRefSync(
  gitDirectory: string,
  packDirectory: string,
): (refs: readonly string[]) => Promise<void> {
  const synced = new Set<string>()
  return async (refs) => {
    const names = (await readdir(packDirectory)).filter((name) => /\.(pack|idx)$/.test(name) && !synced.has(name))
    await Promise.all(names.map((name) => syncDirectory(join(packDirectory, name))))
    await syncDirectory(packDirectory)
    for (const name of names) synced.add(name)
    await Promise.all(['.', 'packed-refs', ...refs].map((name) => syncDirectory(join(gitDirectory, name))))
    await syncRefs(gitDirectory, refs)
  }
}
