// How long Git is waited for when it reads. A pack can make it read in a circle for ever.

import type { GitProcess } from './git-program.ts'

/** How many milliseconds Git may print nothing of an object before it is killed. */
export const OBJECT_PATIENCE = 60_000
/** How many milliseconds it may print nothing of a walk: finding the first commit of millions takes some seconds. */
export const WALK_PATIENCE = 300_000

/** What a process prints. If it prints nothing for too long, it is killed with those that feed it. */
export async function* patiently(
  stdout: AsyncIterable<Buffer>,
  children: readonly GitProcess[],
  patience: number,
): AsyncGenerator<Buffer> {
  const kill = (): void => {
    for (const child of children) child.kill('SIGKILL')
  }
  // Only while bytes are waited for: a reader may take its time between two of them.
  let watch = setTimeout(kill, patience).unref()
  try {
    for await (const chunk of stdout) {
      clearTimeout(watch)
      yield chunk
      watch = setTimeout(kill, patience).unref()
    }
  } finally {
    clearTimeout(watch)
  }
}
