// Repacking: now and then many small packs become few, while recording continues. Git's own `gc` is never called, and
// neither is `git repack`: it removes packs before the name of their successor is on disk.
//
//   git pack-objects (synced) ─► sync the directory ─► remove the packs whose objects it holds ─► commit-graph

import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { asGitError, type GitError } from '../git-error.ts'
import type { GitProgram } from '../process/git-program.ts'
import { clearStaleLocks } from '../process/stale-lock.ts'
import { syncDirectory } from '../process/sync-directory.ts'

/** Above this many packs, the small ones are combined. */
const MANY_PACKS = 50

/** Keeps the number of packs small. */
export interface Repacker {
  /** Counts a pack that was written. */
  packWritten(): void
  /** Resolves when no repacking is under way. */
  idle(): Promise<void>
}

/** The repacking of each repository that is under way: the handles of a process on one repository would collide. */
const underWay = new Map<string, Promise<void>>()

/** The repacker of a repository. A failure is warned about and tried again later; it harms nothing. */
export function createRepacker(git: GitProgram, packDirectory: string): Repacker {
  /** Packs since the last count. */
  let written = MANY_PACKS

  async function countAndCombine(): Promise<void> {
    const names = new Set(await readdir(packDirectory))
    const packs = [...names].filter((name) => name.endsWith('.pack')).map((name) => name.slice(0, -'.pack'.length))
    written = 0
    if (packs.length <= MANY_PACKS) {
      written = packs.length
      return
    }
    const due = packs.filter((pack) => names.has(`${pack}.idx`) && !isKept(names, pack))
    try {
      await combine(due)
    } catch (thrown) {
      // Another process may have combined and removed them: then nothing is left to do.
      if (await areThere(due, thrown)) throw thrown
      return
    }
    await writeCommitGraph()
  }

  /** Whether all packs are still there. Throws `thrown` if the directory cannot be read either: its cause is the same. */
  async function areThere(packs: readonly string[], thrown: unknown): Promise<boolean> {
    const names = new Set(
      await readdir(packDirectory).catch(() => {
        throw thrown
      }),
    )
    return packs.every((pack) => names.has(`${pack}.pack`))
  }

  async function writeCommitGraph(): Promise<void> {
    const write = ['commit-graph', 'write', '--reachable', '--split', '--no-progress']
    try {
      await git.run(write)
    } catch (thrown) {
      const locks = ['commit-graph.lock', 'commit-graphs/commit-graph-chain.lock']
      const paths = locks.map((name) => join(packDirectory, '../info', name))
      if (!(await clearStaleLocks(paths, asGitError(thrown, 'writing the commit-graph')))) throw thrown
      await git.run(write)
    }
  }

  async function combine(packs: readonly string[]): Promise<void> {
    const sizes = await Promise.all(packs.map(async (pack) => (await stat(join(packDirectory, `${pack}.pack`))).size))
    const bySize = packs.map((pack, at) => ({ pack, size: sizes[at] as number })).toSorted((a, b) => a.size - b.size)
    const small = bySize.slice(0, countOfSmall(bySize.map(({ size }) => size))).map(({ pack }) => pack)
    if (small.length < 2) return
    // Loose objects too: a fetch may have brought some.
    const options = ['--stdin-packs', '--unpacked', '--delta-base-offset', '--non-empty', '--quiet']
    const listed = small.map((pack) => `${pack}.pack\n`).join('')
    const printed = await git.run(['pack-objects', ...options, join(packDirectory, 'pack')], listed)
    const made = new Set(printed.toString().split('\n').filter(Boolean))
    if (made.size === 0) return
    await syncDirectory(packDirectory)
    const names = new Set(await readdir(packDirectory))
    // An index over several packs would name the removed ones. Such an index may be a directory.
    const indexes = [...names].filter((name) => name.startsWith('multi-pack-index'))
    await Promise.all(indexes.map((name) => rm(join(packDirectory, name), { force: true, recursive: true })))
    const replaced = small.filter((pack) => !made.has(pack.replace(/^pack-/, '')) && !isKept(names, pack))
    for (const pack of replaced) {
      for (const end of ['.pack', '.idx', '.rev', '.bitmap']) {
        if (names.has(pack + end)) await rm(join(packDirectory, pack + end), { force: true })
      }
    }
    await git.run(['prune-packed', '--quiet'])
  }

  return {
    packWritten() {
      written++
      if (written <= MANY_PACKS || underWay.has(packDirectory)) return
      const repacking = countAndCombine()
        .catch((thrown: unknown) => {
          const error: GitError = asGitError(thrown, `repacking ${git.directory}`)
          process.emitWarning(`${error.message}; nothing is lost, and repacking is tried again later`, error.code)
        })
        .finally(() => {
          underWay.delete(packDirectory)
        })
      underWay.set(packDirectory, repacking)
    },
    async idle() {
      await underWay.get(packDirectory)
    },
  }
}

/** Whether a pack must stay as it is: it is still being written, or holds unreachable objects. */
function isKept(names: ReadonlySet<string>, pack: string): boolean {
  return ['.keep', '.mtimes', '.promisor'].some((end) => names.has(pack + end))
}

/**
 * How many packs to combine, given their sizes in ascending order. The packs after those are each at least twice as
 * large as all smaller ones together. So each object is copied only a few times in all.
 */
function countOfSmall(sizes: readonly number[]): number {
  let count = sizes.length
  while (count > 1 && (sizes[count - 1] as number) >= 2 * (sizes[count - 2] as number)) count--
  let total = sizes.slice(0, count).reduce((sum, size) => sum + size, 0)
  for (; count < sizes.length && (sizes[count] as number) < 2 * total; count++) total += sizes[count] as number
  return count
}
