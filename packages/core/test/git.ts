// The installed `git`, in repositories of its own that know no configuration but theirs.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A bare repository in a temporary folder. */
export interface Repository {
  /** Runs `git`, and answers with what it printed, without the line end. */
  git(arguments_: readonly string[], input?: string | Uint8Array): string
  /** Removes the folder. */
  remove(): void
}

/** Makes a repository of an object format. */
export function makeRepository(format: 'sha1' | 'sha256'): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-git-'))
  const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_DIR: join(folder, 'repository') }
  const git: Repository['git'] = (arguments_, input = '') => {
    const { status, stdout, stderr } = spawnSync('git', arguments_, { env, input, encoding: 'utf8' })
    if (status !== 0) throw new Error(`git ${arguments_.join(' ')} ended with ${String(status)}: ${stderr}`)
    return stdout.replace(/\n$/, '')
  }
  git(['init', '--quiet', '--bare', `--object-format=${format}`])
  return { git, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
