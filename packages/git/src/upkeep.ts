// Upkeep: many small packs become few, now and then, beside what is being written. Git's own `gc` is never called.

import { readdir } from 'node:fs/promises'
import { asGitError, type GitError } from './git-error.ts'
import type { GitProgram } from './git-program.ts'

/** From this many packs on they are put together. */
const MANY_PACKS = 50

/** Keeps the number of packs small. */
export interface Upkeep {
  /** Counts a pack that was written. */
  onPack(): void
  /** Resolves when no upkeep is under way. */
  idle(): Promise<void>
}

/** The upkeep of a repository; what fails of it is warned of and tried again later, and harms nobody. */
export function createUpkeep(git: GitProgram, packDirectory: string): Upkeep {
  /** Packs since the last count. */
  let written = MANY_PACKS
  let underWay: Promise<void> | undefined

  async function look(): Promise<void> {
    const packs = (await readdir(packDirectory)).filter((name) => name.endsWith('.pack')).length
    written = 0
    if (packs <= MANY_PACKS) {
      written = packs
      return
    }
    // Geometric: packs are put together with others of about their size, so each object is copied a few times in all.
    await git.run(['repack', '--geometric=2', '-d', '--quiet'])
    await git.run(['commit-graph', 'write', '--reachable', '--split', '--no-progress'])
  }

  return {
    onPack() {
      written++
      if (written <= MANY_PACKS || underWay !== undefined) return
      underWay = look()
        .catch((thrown: unknown) => {
          const error: GitError = asGitError(thrown, `upkeep of ${git.directory}`)
          process.emitWarning(`${error.message}; nothing is lost, and it will be tried again`, error.code)
        })
        .finally(() => {
          underWay = undefined
        })
    },
    async idle() {
      await underWay
    },
  }
}
