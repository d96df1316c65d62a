// Writes the entries of a directory, or a file, to disk.

import { open } from 'node:fs/promises'

/** Syncs a directory or a file; one that does not exist has nothing to sync. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}
