// Has the entries of refs written to disk: those of the refs, and those of the directories that they may have needed.
// And, where somebody else may have moved a ref and synced nothing, all that it stands on.

import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncDirectory } from '../write/pack-store.ts'

/** Syncs the directories of refs. */
export async function syncRefs(gitDirectory: string, refs: readonly string[]): Promise<void> {
  const directories = new Set<string>()
  for (const ref of refs) for (let at = dirname(ref); at !== '.'; at = dirname(at)) directories.add(at)
  await Promise.all([...directories].map((at) => syncDirectory(join(gitDirectory, at))))
}

/**
 * Syncs refs that somebody else moved, and what they hold: a process that was killed before it came to that, or one that
 * records for the process alone. Packs that were synced once are known.
 */
export function refSettler(gitDirectory: string, packDirectory: string): (refs: readonly string[]) => Promise<void> {
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
