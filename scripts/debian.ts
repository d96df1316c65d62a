/** Unpacks packages of Debian into a folder. Nothing is installed, and it needs no root. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Which packages to unpack. */
interface Unpacking {
  readonly packages: readonly string[]
  /** Whether to unpack what they need as well, as far as this system does not have it. */
  readonly withDependencies?: boolean
  /** What to do if this does not work. It ends the message of the error. */
  readonly advice: string
}

/**
 * Downloads packages of Debian and unpacks them.
 *
 * @param folder an empty folder
 * @param what which packages
 * @throws {Error} with the advice, if there is no such package or this is not Debian
 */
export function unpackDebian(folder: string, { packages, withDependencies = false, advice }: Unpacking): void {
  // Other users may run what is unpacked.
  chmodSync(folder, 0o755)
  // apt-get gets its own folders for lists and archives, so that it changes nothing on the system.
  const own = join(folder, 'apt')
  const archives = join(own, 'cache/archives')
  mkdirSync(join(own, 'state/lists/partial'), { recursive: true })
  mkdirSync(join(archives, 'partial'), { recursive: true })
  const cache = ['-o', `Dir::Cache=${own}/cache`, '-o', 'APT::Sandbox::User=root']
  const apart = [...cache, '-o', `Dir::State=${own}/state`, '-o', 'Dir::State::status=/var/lib/dpkg/status']
  const download = withDependencies
    ? ['install', '--download-only', '--reinstall', '--yes', '--no-install-recommends', '-o', 'Debug::NoLocking=true']
    : ['download', '--quiet']
  if (!succeeds('apt-get', [...cache, ...download, ...packages], folder)) {
    succeeds('apt-get', [...apart, 'update', '--quiet'], folder)
    if (!succeeds('apt-get', [...apart, ...download, ...packages], folder)) {
      throw new Error(`apt-get cannot download ${packages.join(' and ')}. ${advice}`)
    }
  }
  for (const place of [folder, archives]) {
    for (const name of readdirSync(place).filter((file) => file.endsWith('.deb'))) {
      if (!succeeds('dpkg-deb', ['--extract', join(place, name), '.'], folder)) {
        throw new Error(`dpkg-deb cannot unpack ${name}. ${advice}`)
      }
    }
  }
  rmSync(own, { recursive: true })
}

/**
 * Where programs that were unpacked find their libraries.
 *
 * @param folder what was given to `unpackDebian`
 * @returns what their environment needs
 */
export function librariesIn(folder: string): { readonly LD_LIBRARY_PATH: string } {
  const libraries = ['usr/lib', 'lib']
    .map((name) => join(folder, name))
    .filter((place) => existsSync(place))
    .flatMap((place) => [place, ...readdirSync(place).map((name) => join(place, name))])
  return { LD_LIBRARY_PATH: libraries.join(delimiter) }
}

function succeeds(program: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(program, args, { cwd, timeout: 300_000 }).status === 0
}
