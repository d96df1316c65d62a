// Makes a repository, so that one which was not made to its end is known, and made to its end by the next who asks.
//
//   a mark ─► git init ─► settings ─► all of it synced ─► the mark goes

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asGitError, GitError } from '../git-error.ts'
import type { FormatName } from '../objects/object-id.ts'
import { editConfig, untilUnlocked } from '../process/git-config.ts'
import { gitProgram } from '../process/git-program.ts'
import { syncDirectory } from '../write/pack-store.ts'

const MARK = 'xmachines-unfinished'

// Refuses rewinds, deletions and unsound objects from others, and has Git itself sync all that it writes: a `gc` that
// moves refs into one file must not lose to a power cut what was durable before.
const SETTINGS = [
  ['receive.denyNonFastForwards', 'true'],
  ['receive.denyDeletes', 'true'],
  ['transfer.fsckObjects', 'true'],
  ['core.fsync', 'all'],
]

/** Whether a repository can be made there: nothing is there yet, or one that was not made to its end. */
export async function isVacant(path: string): Promise<boolean> {
  try {
    const names = await readdir(path)
    return names.length === 0 || names.includes(MARK)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT') return true
    if (code === 'ENOTDIR') return false
    throw new GitError('NOT_A_REPOSITORY', `${path} cannot be read: ${(thrown as Error).message}`, { cause: thrown })
  }
}

/** Makes a bare repository. Who does so at the same time makes the same. */
export async function makeRepository(path: string, format: FormatName): Promise<void> {
  try {
    await make(path, format)
  } catch (thrown) {
    throw asGitError(thrown, `making a repository at ${path}`)
  }
}

async function make(path: string, format: FormatName): Promise<void> {
  const made = await mkdir(path, { recursive: true })
  const mark = join(path, MARK)
  await writeFile(mark, '')
  await syncDirectory(path)
  const git = gitProgram(path)
  // HEAD is moved to the branch of the first machine that is recorded; until then it is a branch without a commit.
  const flags = ['--quiet', '--bare', '--template=', '--initial-branch=main', `--object-format=${format}`]
  await untilUnlocked(path, async () => void (await git.run(['init', ...flags])))
  await editConfig(git, path, SETTINGS)
  // Git syncs nothing of it: after a power cut what is recorded here soon would lie in no repository.
  const names = await readdir(path, { recursive: true })
  await Promise.all(['', ...names].map((name) => syncDirectory(join(path, name))))
  if (made !== undefined) {
    for (let at = path; at !== dirname(made); at = dirname(at)) await syncDirectory(dirname(at))
  }
  await rm(mark, { force: true })
  await syncDirectory(path)
}
