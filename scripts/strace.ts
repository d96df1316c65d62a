/**
 * Finds strace for the tests that look at system calls, or unpacks Debian's without installing it.
 * Order: STRACE_PATH, an installed one, Debian's package through apt-get, which need not be root for that.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What is needed to start the strace that was found. */
export interface Strace {
  readonly path: string
  /** What its environment needs beside the caller's. */
  readonly env: Readonly<Record<string, string>>
}

const cache = join(import.meta.dirname, '../node_modules/.cache/strace')
/** Debian's package, and the library of it that not every system has. */
const packages = ['strace', 'libunwind8']

let found: Strace | undefined

/**
 * Finds strace once.
 *
 * @returns how it is started
 * @throws {Error} that says what to install, when there is none to be had
 */
export function findStrace(): Strace {
  if (found !== undefined) return found
  for (const one of candidates()) if (starts(one)) return (found = one)
  throw new Error(`No strace found on this machine (${process.platform}). ${advice}`)
}

function* candidates(): Generator<Strace> {
  const named = process.env['STRACE_PATH']
  if (named) {
    yield { path: named, env: {} }
    return
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  yield* folders.map((folder) => ({ path: join(folder, 'strace'), env: {} }))
  if (!existsSync(cache)) unpack()
  const libraries = ['usr/lib', 'lib']
    .map((folder) => join(cache, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
  yield { path: join(cache, 'usr/bin/strace'), env: { LD_LIBRARY_PATH: libraries.join(delimiter) } }
}

function starts({ path, env }: Strace): boolean {
  return spawnSync(path, ['--version'], { env: { ...process.env, ...env }, timeout: 20_000 }).status === 0
}

/** Unpacks beside the place and renames, so that nobody ever sees half of it. */
function unpack(): void {
  mkdirSync(cache.replace(/strace$/, ''), { recursive: true })
  const partial = mkdtempSync(`${cache}-partial-`)
  try {
    // Lists and archives of its own where the system has none: what is installed stays as it is.
    const own = join(partial, 'apt')
    mkdirSync(join(own, 'state/lists/partial'), { recursive: true })
    mkdirSync(join(own, 'cache/archives/partial'), { recursive: true })
    const apart = ['-o', `Dir::State=${own}/state`, '-o', `Dir::Cache=${own}/cache`, '-o', 'APT::Sandbox::User=root']
    const download = ['download', '--quiet', ...packages]
    if (!run('apt-get', download, partial)) {
      run('apt-get', [...apart, 'update', '--quiet'], partial)
      if (!run('apt-get', [...apart, ...download], partial)) return
    }
    rmSync(own, { recursive: true })
    for (const name of readdirSync(partial).filter((file) => file.endsWith('.deb'))) {
      if (!run('dpkg-deb', ['--extract', name, '.'], partial)) return
    }
    renameSync(partial, cache)
  } catch (error) {
    // Another process was faster: its copy is as good.
    if (!existsSync(cache)) throw error
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

function run(program: string, arguments_: readonly string[], cwd: string): boolean {
  return spawnSync(program, arguments_, { cwd, timeout: 120_000 }).status === 0
}

const advice =
  'The tests that look at system calls need it: install it (Debian and Ubuntu: `apt-get install strace`), or set ' +
  'STRACE_PATH to its executable.'
