/**
 * Gets newer versions of Git than the machine has, for the tests that run with each of them.
 *
 * They are Debian's packages of later releases, with the libraries that they need. `apt-get` downloads them from the
 * mirror that the machine uses and checks their signatures; `dpkg-deb` unpacks them. Nothing is installed, and no root
 * is needed. A Git runs with the libraries of its own release, because it is newer than those of the machine.
 *
 *   node_modules/.cache/git/NAME/root      the unpacked packages
 *   node_modules/.cache/git/NAME/bin       `git`, to be put first on the PATH
 *   node_modules/.cache/git/NAME/core      the programs that `git` starts
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { makeOnce, versionOf } from './programs.ts'

/**
 * The versions that are tested besides that of the machine, and the releases of Debian that have them, the first choice
 * first. In sid, a package that Git needs may be missing for some days.
 */
const releases = { later: ['trixie'], latest: ['sid', 'forky'] } as const

/** A version that is tested. */
export type NewerGit = keyof typeof releases

/** All of them. */
export const newerGits = Object.keys(releases) as NewerGit[]

/** Folders named as above, with a `bin/git` in each. */
const cache = process.env['NEWER_GITS'] || join(import.meta.dirname, '../node_modules/.cache/git')
/** Signs all releases of Debian. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** Needed by commands of Git that no test calls, and large. */
const unneeded = /^(git-man|lib(error-)?perl.*|perl.*|libdb5.*|libgdbm.*|.*-base|openssl-provider-legacy)$/

/**
 * Says which version a project of Vitest tests.
 *
 * @param project its name, such as `git latest`
 * @returns the name of the version
 * @throws {Error} if it tests none
 */
export function newerGitOf(project: string): NewerGit {
  const found = newerGits.find((name) => project.endsWith(` ${name}`))
  if (found === undefined) throw new Error(`The project ${project} has no newer Git at the end of its name.`)
  return found
}

/**
 * Says where a version is put.
 *
 * @param name its name
 * @returns the folder to put first on the PATH
 */
export function folderOfGit(name: NewerGit): string {
  return join(cache, name, 'bin')
}

/**
 * Gets a version, once for a workspace. Remove `node_modules/.cache/git` to get a newer one.
 *
 * @param name its name
 * @returns what it says, such as `git version 2.47.3`
 * @throws {Error} that says why it cannot be had, and what to do
 */
export function getNewerGit(name: NewerGit): string {
  const folder = join(cache, name)
  const problems: string[] = []
  for (const release of releases[name]) {
    try {
      makeOnce(folder, (partial) => {
        download(partial, release)
        unpack(partial)
        link(partial, folder)
      })
      break
    } catch (thrown) {
      problems.push(`${release}: ${(thrown as Error).message}`)
    }
  }
  if (!existsSync(folder)) throw new Error(`The Git of Debian cannot be had. ${problems.join('\n')}\n${advice}`)
  const version = versionOf(join(folder, 'bin/git'))
  if (version === undefined) throw new Error(`The Git in ${folder} does not run. ${advice}`)
  return version
}

function download(folder: string, release: string): void {
  const lists = join(folder, 'apt/lists')
  const archives = join(folder, 'apt/cache/archives')
  for (const one of [lists, archives]) mkdirSync(join(one, 'partial'), { recursive: true })
  const sources = join(folder, 'apt/sources.list')
  const status = join(folder, 'apt/status')
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : ''
  writeFileSync(sources, `deb ${signed}${mirror()} ${release} main\n`)
  // With no package installed, all that Git needs is listed.
  writeFileSync(status, '')
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State=${join(folder, 'apt')}`,
    `Dir::State::Lists=${lists}`,
    `Dir::State::Status=${status}`,
    `Dir::Cache=${join(folder, 'apt/cache')}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
  ].flatMap((option) => ['-o', option])
  const aptGet = (...args: string[]): string => output('apt-get', [...options, '--quiet', ...args], folder)
  aptGet('update', '--error-on=any')
  const listed = aptGet('install', '--print-uris', '--yes', '--no-install-recommends', 'git')
  // 'http://…/git_2.47.3_amd64.deb' git_1%3a2.47.3_amd64.deb 8862048 SHA256:…
  const files = [...listed.matchAll(/^'\S+' (\S+?)_(\S+)_\S+\.deb /gm)]
  const packages = files.flatMap(([, name = '', version = '']) =>
    unneeded.test(name) ? [] : [`${name}=${decodeURIComponent(version)}`],
  )
  aptGet('download', ...packages)
  rmSync(join(folder, 'apt'), { recursive: true })
}

/** The mirror of Debian that this machine uses. */
function mirror(): string {
  const indexes = output('apt-get', ['update', '--print-uris'], cache).matchAll(/^'(.+)\/dists\/[^']+\/InRelease'/gm)
  const found = [...indexes].map(([, base = '']) => base).find((base) => base.endsWith('/debian'))
  if (found === undefined) throw new Error('the sources of apt name no mirror of Debian')
  return found
}

function unpack(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.deb'))) {
    output('dpkg-deb', ['--extract', name, 'root'], folder)
    rmSync(join(folder, name))
  }
}

/** Makes the programs: each starts with the loader and the libraries of its release. */
function link(folder: string, final: string): void {
  const root = join(folder, 'root')
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const loader = names.find((name) => /(^|\/)ld-linux[^/]*\.so\.\d$/.test(name) && statSync(join(root, name)).isFile())
  if (loader === undefined) throw new Error('no package has a loader')
  const libraries = new Set(
    names.filter((name) => /\.so\.\d+$/.test(name)).map((name) => join(final, 'root', name, '..')),
  )
  const script = `#!/bin/sh
export GIT_EXEC_PATH='${final}/core' GIT_TEMPLATE_DIR='${final}/root/usr/share/git-core/templates'
exec '${final}/root/${loader}' --library-path '${[...libraries].join(':')}' --argv0 "$0" '${final}/root/usr/lib/git-core/'"\${0##*/}" "$@"
`
  writeFileSync(join(folder, 'start'), script, { mode: 0o755 })
  for (const [to, from] of [
    ['core', 'usr/lib/git-core'],
    ['bin', 'usr/bin'],
  ] as const) {
    mkdirSync(join(folder, to))
    for (const name of readdirSync(join(root, from))) {
      if (/^git(-|$)/.test(name)) symlinkSync('../start', join(folder, to, name))
    }
  }
}

function output(program: string, args: readonly string[], cwd: string): string {
  mkdirSync(cwd, { recursive: true })
  const env = { ...process.env, LC_ALL: 'C' }
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: 120_000 })
  if (status === 0) return stdout
  const why = (error?.message ?? stderr).trim()
  throw new Error(`${program} ended with ${status}: ${why}`)
}

const advice =
  'The tests with newer versions of Git need packages of later releases of Debian: run them on a Linux that has ' +
  '`apt-get`, `dpkg-deb`, the package `debian-archive-keyring`, and a mirror of Debian that it can reach, or set ' +
  'NEWER_GITS to a folder that has `later/bin/git` and `latest/bin/git`.'
