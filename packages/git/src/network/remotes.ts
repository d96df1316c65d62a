// Remotes: which names and urls are allowed, and how a remote is configured so that a plain `git fetch` also lands
// beside the runs, never on them.

import { isAbsolute } from 'node:path'
import { GitError } from '../git-error.ts'
import { editConfig } from '../process/git-config.ts'
import type { GitProgram } from '../process/git-program.ts'
import { fetchedRuns, fetchedSnapshots, MACHINES, RUNS, SNAPSHOTS } from '../refs/ref-names.ts'

const SCHEMES = ['file', 'git', 'http', 'https', 'ssh']

/** Refuses what cannot be the name of a remote: it becomes part of refs, a key of the configuration and an argument. */
export function checkRemoteName(name: unknown): string {
  const fits =
    typeof name === 'string' &&
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) &&
    !/\.\.|\.$|\.lock$/.test(name) &&
    name !== 'HEAD'
  if (fits) return name
  const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : typeof name
  throw new TypeError(
    `the name of the remote is ${shown}; it must be up to 100 letters, digits, dashes, underscores and single dots, ` +
      'beginning with a letter or digit',
  )
}

/** Refuses what cannot be the url of a remote: unknown transports, options in disguise, and relative paths. */
export function checkRemoteUrl(url: unknown): string {
  if (typeof url !== 'string' || url === '') {
    throw new TypeError(`the url of the remote is ${url === '' ? 'empty' : typeof url}; it must be text`)
  }
  const [, scheme, host] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/]*)/.exec(url) ?? []
  const problem =
    (url.split('').some((character) => character < ' ' || character === '\u007f') && 'has control characters in it') ||
    (url.startsWith('-') && 'begins with a dash, as an option does') ||
    (/^[^/:]*::/.test(url) && 'names a program to run as its transport') ||
    (scheme !== undefined && !SCHEMES.includes(scheme.toLowerCase()) && `has the scheme ${scheme}`) ||
    (host?.startsWith('-') === true && 'has a host that begins with a dash, as an option does') ||
    (scheme === undefined && !isAbsolute(url) && !isHostAndPath(url) && 'is a path that depends on the working folder')
  if (problem === false) return url
  throw new TypeError(
    `the url of the remote ${problem}: ${JSON.stringify(withoutSecrets(url).slice(0, 200))}; give an absolute path, ` +
      `user@host:path, or a url of ${SCHEMES.join(', ')}`,
  )
}

/** `user@host:path`, as ssh writes it. */
function isHostAndPath(url: string): boolean {
  return /^(?:[^/:@-][^/:@]*@)?[^/:@-][^/:@]*:[^-]/.test(url)
}

/** Text without the passwords and tokens of the urls in it. */
export function withoutSecrets(text: string): string {
  return text.replace(/([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@\s]*@/g, '$1…@')
}

/** Adds a remote; does nothing if there is the same one already. */
export async function addRemote(
  { git, gitDirectory }: { readonly git: GitProgram; readonly gitDirectory: string },
  { name, url }: { readonly name: string; readonly url: string },
): Promise<void> {
  const urls = await urlsOf(git, name)
  if (urls.length === 1 && urls[0] === url) return
  if (urls.length > 0) {
    throw new GitError(
      'REMOTE_MISMATCH',
      `${git.directory} has a remote ${name} at ${withoutSecrets(urls.join(' and '))}; use another name, or remove that ` +
        `one with git remote remove ${name}`,
    )
  }
  const key = `remote.${name}`
  await editConfig(git, gitDirectory, [
    ['--end-of-options', `${key}.tagOpt`, '--no-tags'],
    // A remote without a url does not exist, whatever is left of its configuration.
    ['--replace-all', '--end-of-options', `${key}.fetch`, `+${RUNS}*:${fetchedRuns(name)}*`],
    ['--add', '--end-of-options', `${key}.fetch`, `+${SNAPSHOTS}*:${fetchedSnapshots(name)}*`],
    ['--end-of-options', `${key}.url`, url],
  ])
}

/** Where a plain fetch must never write. */
const OURS = [RUNS, SNAPSHOTS, MACHINES]

/** Whether a fetch by a refspec may write to runs, snapshots or machines. */
export function overwritesRuns(refspec: string): boolean {
  const [, to = ''] = refspec.startsWith('^') ? [] : refspec.split(':')
  const [before = '', after] = to.split('*')
  if (after !== undefined) return OURS.some((prefix) => prefix.startsWith(before) || before.startsWith(prefix))
  // Git takes a name that does not begin with refs/ for a branch, unless it says otherwise.
  const full = to.startsWith('refs/') ? to : `refs/${/^(heads|tags|remotes)\//.test(to) ? '' : 'heads/'}${to}`
  return OURS.some((prefix) => full.startsWith(prefix))
}

/** Makes sure, once, that a remote exists and has one url: it is read and written at the same place. */
export function remoteChecker(git: GitProgram): (name: string) => Promise<void> {
  const known = new Set<string>()
  return async (name) => {
    if (known.has(name)) return
    const urls = await urlsOf(git, name)
    if (urls.length === 0) {
      throw new GitError('REMOTE_MISSING', `${git.directory} has no remote ${name}; add it with addRemote(name, url)`)
    }
    const pushed = await urlsOf(git, name, 'pushurl')
    if (urls.length > 1 || pushed.some((url) => url !== urls[0])) {
      throw new GitError(
        'REMOTE_MISMATCH',
        `the remote ${name} of ${git.directory} has several urls, but the result of a push is read from one; ` +
          'make each of them a remote of its own',
      )
    }
    known.add(name)
  }
}

async function urlsOf(git: GitProgram, name: string, key = 'url'): Promise<string[]> {
  const { stdout } = await git.ask(['config', '--null', '--get-all', '--end-of-options', `remote.${name}.${key}`])
  return stdout
    .toString()
    .split('\0')
    .filter((url) => url !== '')
}
