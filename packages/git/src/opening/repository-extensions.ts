// The extensions of a repository's format: which ones are supported, and what to do about the others. They are read from
// the file, because an older Git does not open a repository with an extension that it does not know.

import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join, resolve } from 'node:path'
import { GitError } from '../git-error.ts'
import { gitProgram } from '../process/git-program.ts'

/** Those that change nothing about how runs are stored, or are checked by whoever opens a repository. */
const SUPPORTED = new Set([
  'noop',
  'noop-v1',
  'objectformat',
  'partialclone',
  'preciousobjects',
  'refstorage',
  'relativeworktrees',
  'submodulepathconfig',
  'worktreeconfig',
])

/** Those that Git 2.39 knows. */
const KNOWN_TO_EVERY_GIT = new Set([
  'noop',
  'noop-v1',
  'objectformat',
  'partialclone',
  'preciousobjects',
  'worktreeconfig',
])

/** The format of a repository, as its configuration says. */
export interface RepositoryFormat {
  /** By name in lower case. */
  readonly extensions: ReadonlyMap<string, string>
  /** Those that an older Git may not know. */
  readonly recent: readonly string[]
}

/**
 * Reads the format of the repository that a directory is, or holds.
 *
 * @returns undefined if there is none
 * @throws {GitError} `UNSUPPORTED_REPOSITORY` if runs cannot be recorded into a repository of this format
 */
export async function readFormat(directory: string): Promise<RepositoryFormat | undefined> {
  // Only the file is asked about: Git must not try to open the repository.
  const git = gitProgram(directory, { gitDirectory: devNull })
  const file = join(await commonDirectoryOf(directory), 'config')
  if (!existsSync(file)) return undefined
  const keys = '^(extensions\\..*|core\\.repositoryformatversion)$'
  const { status, stdout } = await git.ask(['config', '--file', file, '--null', '--get-regexp', keys])
  if (status !== 0) return undefined
  let version = 0
  const extensions = new Map<string, string>()
  for (const entry of stdout.toString().split('\0').filter(Boolean)) {
    const [key = '', ...value] = entry.split('\n')
    if (key.startsWith('extensions.')) extensions.set(key.slice('extensions.'.length), value.join('\n'))
    else version = Number(value)
  }
  const problem = problemOf(directory, version, extensions)
  if (problem !== undefined) throw new GitError('UNSUPPORTED_REPOSITORY', `${directory} ${problem}`)
  return { extensions, recent: [...extensions.keys()].filter((name) => !KNOWN_TO_EVERY_GIT.has(name)) }
}

/** A part of a sentence that says what is wrong with a format, and what to do. */
function problemOf(directory: string, version: number, extensions: ReadonlyMap<string, string>): string | undefined {
  if (version > 1) {
    return `has version ${version} of Git's repository format, and only 0 and 1 are supported; use a newer version of @xmachines/git`
  }
  const refs = extensions.get('refstorage')
  if (refs !== undefined && refs.toLowerCase() !== 'files') {
    return (
      `stores its refs as ${refs}, and runs are recorded with refs in files only; while nobody else uses it, call ` +
      `git -C ${directory} refs migrate --ref-format=files, with Git 2.46 or newer`
    )
  }
  const other = extensions.get('compatobjectformat')
  if (other !== undefined) {
    return `translates its objects to the format ${other} (extensions.compatObjectFormat), which is not supported; clone it without that`
  }
  // Git ignores such an extension in version 0.
  const unknown = version === 0 ? undefined : [...extensions.keys()].find((name) => !SUPPORTED.has(name))
  if (unknown === undefined) return undefined
  return `has the extension ${unknown}, which is not supported; use a newer version of @xmachines/git, or another repository`
}

/** Where the configuration of a repository is; of a linked worktree, that of the repository that it belongs to. */
async function commonDirectoryOf(directory: string): Promise<string> {
  const dotGit = join(directory, '.git')
  const found = await stat(dotGit).catch(() => undefined)
  if (found === undefined) return directory
  if (found.isDirectory()) return dotGit
  const [, own = '.git'] = /^gitdir: (.*)$/m.exec(await readFile(dotGit, 'utf8')) ?? []
  const gitDirectory = resolve(directory, own)
  const common = await readFile(join(gitDirectory, 'commondir'), 'utf8').catch(() => '.')
  return resolve(gitDirectory, common.trim())
}
