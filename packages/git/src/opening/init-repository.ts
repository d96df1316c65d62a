// Makes a new repository. If its maker is killed, a mark tells the next caller that it is unfinished, and that one
// finishes it.
//
//   write the mark ─► git init ─► settings ─► sync all of it ─► remove the mark

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asGitError, GitError } from '../git-error.ts'
import type { FormatName } from '../objects/object-id.ts'
import { editConfig, untilUnlocked } from '../process/git-config.ts'
import { gitProgram } from '../process/git-program.ts'
import { syncDirectory } from '../process/sync-directory.ts'
import { readFormat } from './repository-extensions.ts'

const MARK = 'xmachines-unfinished'

// Others may not rewind, delete or push corrupt objects. Git itself syncs all that it writes: if a `gc` moves refs into
// one file, a power cut must not lose what was durable before.
const SETTINGS = [
  ['receive.denyNonFastForwards', 'true'],
  ['receive.denyDeletes', 'true'],
  ['transfer.fsckObjects', 'true'],
  ['core.fsync', 'all'],
]

/** Whether a repository can be made there: the path is free, or holds an unfinished one. */
export async function isVacant(path: string): Promise<boolean> {
  try {
    const names = await readdir(path)
    return names.length === 0 || names.includes(MARK)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT') return true
    if (code === 'ENOTDIR') return false
    throw new GitError(
      'NOT_A_REPOSITORY',
      `${path} cannot be read: ${(thrown as Error).message}; give a directory that you may read`,
      { cause: thrown },
    )
  }
}

/** Makes a bare repository. Several callers at once make the same one. */
export async function initRepository(path: string, format: FormatName): Promise<void> {
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
  // Refs in files, whatever the default of the user or of a later Git is.
  const git = gitProgram(path, { settings: ['init.defaultRefFormat=files'] })
  // Some versions of Git break an unfinished one of another format, if they make it again.
  await readFormat(path)
  // HEAD moves to the branch of the first recorded machine; until then its branch has no commit.
  const flags = ['--quiet', '--bare', '--template=', '--initial-branch=main', `--object-format=${format}`]
  await untilUnlocked(path, async () => void (await git.run(['init', ...flags])))
  await editConfig(git, path, SETTINGS)
  // Git syncs nothing of it: after a power cut, runs recorded soon after would lie in no repository.
  const names = await readdir(path, { recursive: true })
  await Promise.all(['', ...names].map((name) => syncDirectory(join(path, name))))
  if (made !== undefined) {
    for (let at = path; at !== dirname(made); at = dirname(at)) await syncDirectory(dirname(at))
  }
  await rm(mark, { force: true })
  await syncDirectory(path)
}
