// Has the entries of refs written to disk: those of the refs, and those of the directories that they may have needed.

import { dirname, join } from 'node:path'
import { syncDirectory } from './pack-store.ts'

/** Syncs the directories of refs. */
export async function syncRefs(gitDirectory: string, refs: readonly string[]): Promise<void> {
  const directories = new Set<string>()
  for (const ref of refs) for (let at = dirname(ref); at !== '.'; at = dirname(at)) directories.add(at)
  await Promise.all([...directories].map((at) => syncDirectory(join(gitDirectory, at))))
}
