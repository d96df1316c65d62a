/**
 * Finds strace for the tests that look at system calls.
 * Order: STRACE_PATH, an installed strace, Debian's package, which is unpacked and not installed, and needs no root.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { makeOnce, onPath, versionOf } from './programs.ts'

/** A strace, and how to start it. */
export interface Strace {
  readonly path: string
  /** What its environment needs besides that of the caller. */
  readonly env: Readonly<Record<string, string>>
}

const cache = join(import.meta.dirname, '../node_modules/.cache/strace')
/** Debian's package, and a library of it that not every system has. */
const packages = ['strace', 'libunwind8']

let found: Strace | undefined

/**
 * Finds strace, once in a process.
 *
 * @returns the first strace that runs
 * @throws {Error} that says what to install, if there is none
 */
export function findStrace(): Strace {
  if (found !== undefined) return found
  for (const strace of candidates()) {
    if (versionOf(strace.path, { ...process.env, ...strace.env }) !== undefined) return (found = strace)
  }
  throw new Error(`There is no strace that runs on this machine (${process.platform}). ${advice}`)
}

function* candidates(): Generator<Strace> {
  const named = process.env['STRACE_PATH']
  if (named) {
    yield { path: named, env: {} }
    return
  }
  yield* onPath('strace').map((path) => ({ path, env: {} }))
  makeOnce(cache, unpack)
  const libraries = ['usr/lib', 'lib']
    .map((folder) => join(cache, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
  yield { path: join(cache, 'usr/bin/strace'), env: { LD_LIBRARY_PATH: libraries.join(delimiter) } }
}

function unpack(folder: string): void {
  // apt-get gets its own folders for lists and archives, so that it changes nothing on the system.
  const own = join(folder, 'apt')
  mkdirSync(join(own, 'state/lists/partial'), { recursive: true })
  mkdirSync(join(own, 'cache/archives/partial'), { recursive: true })
  const apart = ['-o', `Dir::State=${own}/state`, '-o', `Dir::Cache=${own}/cache`, '-o', 'APT::Sandbox::User=root']
  const download = ['download', '--quiet', ...packages]
  if (!succeeds('apt-get', download, folder)) {
    succeeds('apt-get', [...apart, 'update', '--quiet'], folder)
    if (!succeeds('apt-get', [...apart, ...download], folder)) throw new Error(`apt-get cannot download it. ${advice}`)
  }
  rmSync(own, { recursive: true })
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.deb'))) {
    if (!succeeds('dpkg-deb', ['--extract', name, '.'], folder)) {
      throw new Error(`dpkg-deb cannot unpack ${name}. ${advice}`)
    }
  }
}

function succeeds(program: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(program, args, { cwd, timeout: 120_000 }).status === 0
}

const advice =
  'The tests that look at system calls need strace: install it (Debian and Ubuntu: `apt-get install strace`), or set ' +
  'STRACE_PATH to its executable.'
