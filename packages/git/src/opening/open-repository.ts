// Opens a directory as a repository: asks Git about it, and refuses what cannot be used.

import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { GitError } from '../git-error.ts'
import { overwritesRuns } from '../network/remotes.ts'
import type { FormatName } from '../objects/object-id.ts'
import { meansYes } from '../process/git-config.ts'
import { type GitProgram, gitProgram } from '../process/git-program.ts'
import { guarded } from '../raw-errors.ts'
import type { Repository } from '../repository.ts'
import { assembleRepository, type RepositoryLocation } from './assemble-repository.ts'
import { initRepository, isVacant } from './init-repository.ts'
import { readFormat } from './repository-extensions.ts'

/** How a repository is opened. */
export interface OpenRepositoryOptions {
  /** Makes a bare repository if there is none. */
  readonly create?: boolean
  /** The object format that it must have; a new repository gets `sha1` unless this is given. */
  readonly format?: FormatName
}

/**
 * Opens a Git repository, bare or ordinary, to record runs into and to read them from (RFC Run v1 §2.3). A mirror can only
 * be read.
 *
 * @param directory the repository itself, or the folder that holds its `.git`; not a folder further inside
 * @param options whether to make it if there is none, and the object format
 * @returns the repository
 * @throws {TypeError} if an argument has the wrong type
 * @throws {GitError} `GIT_MISSING`, `NOT_A_REPOSITORY`, `UNSUPPORTED_REPOSITORY` or `FORMAT_MISMATCH`
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { openRepository } from '@xmachines/git'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const directory = join(mkdtempSync(join(tmpdir(), 'runs-')), 'runs.git')
 * const repository = await openRepository(directory, { create: true })
 * const run = createRun(counter)
 * const recorder = repository.record(run)
 * run.in.send([{ type: 'INC' }, { type: 'INC' }])
 * console.log(await recorder.flush()) // 1
 *
 * const opened = await repository.open(counter, run.id)
 * console.log(opened.head === run.head, opened.snapshot.current.state) // true 2
 * ```
 */
export async function openRepository(
  directory: string,
  { create = false, format }: OpenRepositoryOptions = {},
): Promise<Repository> {
  if (typeof directory !== 'string' || directory === '' || /[\0\n]/.test(directory)) {
    throw new TypeError(`directory is ${JSON.stringify(directory)}; it must be the path of a repository, on one line`)
  }
  if (format !== undefined && format !== 'sha1' && format !== 'sha256') {
    throw new TypeError(`format is ${JSON.stringify(format)}; it must be 'sha1' or 'sha256'`)
  }
  const path = resolve(directory)
  if (create && (await isVacant(path))) await initRepository(path, format ?? 'sha1')
  const location = await guarded('READ_FAILED', `opening ${path}`, locate)(path)
  if (format !== undefined && format !== location.format) {
    throw new GitError(
      'FORMAT_MISMATCH',
      `${path} is a ${location.format} repository, and format is ${format}; leave format out, or open another repository`,
    )
  }
  return await guarded('READ_FAILED', `opening ${path}`, assembleRepository)(location)
}

async function locate(path: string): Promise<RepositoryLocation> {
  const directory = await realpath(path).catch((thrown: NodeJS.ErrnoException) => {
    const why =
      thrown.code === 'ENOENT'
        ? 'does not exist; { create: true } makes a repository there'
        : `cannot be opened: ${thrown.message}`
    throw new GitError('NOT_A_REPOSITORY', `${path} ${why}`, { cause: thrown })
  })
  if (!(await stat(directory)).isDirectory()) {
    throw new GitError('NOT_A_REPOSITORY', `${path} is a file; give the directory of a repository`)
  }
  const git = gitProgram(directory)
  await checkVersion(git)
  const stored = await readFormat(directory)
  const questions = ['--show-object-format', '--is-bare-repository', '--is-shallow-repository', '--is-inside-git-dir']
  const paths = ['--path-format=absolute', '--git-dir', '--git-common-dir', '--show-cdup']
  const { status, stdout, stderr } = await git.ask(['rev-parse', ...questions, ...paths])
  if (status !== 0) {
    if (stored !== undefined && stored.recent.length > 0) {
      throw new GitError(
        'UNSUPPORTED_REPOSITORY',
        `${directory} has the extension ${stored.recent.join(' and ')}, and the installed Git cannot open it: install a newer Git (${stderr})`,
      )
    }
    throw new GitError(
      'NOT_A_REPOSITORY',
      `${directory} is not a Git repository: give the directory of one (${stderr})`,
    )
  }
  const [format, bare, shallow, inside, own = '', common = '', up] = stdout.toString().split('\n')
  const top = bare === 'false' && inside === 'false' && up === ''
  if (!top && (await realpath(own)) !== directory) {
    throw new GitError(
      'NOT_A_REPOSITORY',
      `${directory} lies inside the repository ${own}; open that one, or make a repository here`,
    )
  }
  if (format !== 'sha1' && format !== 'sha256') {
    throw new GitError(
      'UNSUPPORTED_REPOSITORY',
      `${directory} has the object format ${format}; only sha1 and sha256 are supported`,
    )
  }
  if (shallow === 'true') {
    throw new GitError(
      'UNSUPPORTED_REPOSITORY',
      `${directory} is a shallow clone, which lacks parts of histories; complete it with git fetch --unshallow`,
    )
  }
  const mirrorOf = await checkRemotes(git, directory)
  const precious = meansYes(stored?.extensions.get('preciousobjects') ?? 'no')
  return { directory, gitDirectory: await realpath(common), format, mirrorOf, precious }
}

async function checkVersion(git: GitProgram): Promise<void> {
  const version = (await git.run(['version'])).toString().trim()
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(Number)
  if (major > 2 || (major === 2 && minor >= 39)) return
  throw new GitError('GIT_MISSING', `${version} is too old; install Git 2.39 or newer`)
}

/**
 * Refuses partial clones, which lack objects, and finds out whether it is a mirror: a fetch into one rewinds and deletes
 * runs.
 * @returns the setting that makes it a mirror
 */
async function checkRemotes(git: GitProgram, directory: string): Promise<string | undefined> {
  let mirror: string | undefined
  const keys = '^(extensions\\.partialclone|remote\\..*\\.(promisor|partialclonefilter|mirror|fetch))$'
  const { stdout } = await git.ask(['config', '--null', '--get-regexp', keys])
  for (const entry of stdout.toString().split('\0')) {
    const [key = '', value] = entry.split('\n')
    if (/partialclone(filter)?$/.test(key) || (key.endsWith('.promisor') && meansYes(value))) {
      throw new GitError(
        'UNSUPPORTED_REPOSITORY',
        `${directory} is a partial clone (${key}), which lacks objects; clone it without a filter`,
      )
    }
    const mirrors =
      (key.endsWith('.mirror') && meansYes(value)) || (key.endsWith('.fetch') && overwritesRuns(value ?? ''))
    if (mirrors) mirror ??= key
  }
  return mirror
}
