/**
 * Builds the published packages and packs them as they would be published, and asks publint and attw about a tarball.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** One package as it would be published. */
export interface PackedPackage {
  name: string
  /** The path of the tarball. */
  tarball: string
  manifest: Manifest
}

/** What is read of a package.json. */
export interface Manifest {
  name: string
  version: string
  private?: boolean
  packageManager?: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  exports?: Record<string, unknown>
  bin?: Record<string, string>
}

const root = join(import.meta.dirname, '..')

/**
 * Builds every published package of the workspace and packs each into a tarball.
 *
 * @param folder where the tarballs go
 * @returns the packages, in the order of their folders
 * @throws {Error} with all that was printed, when a build or a pack fails
 */
export function packPackages(folder: string): PackedPackage[] {
  const places = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  const published = places.map((place) => ({ place, manifest: readManifest(place) })).filter(isPublished)

  pnpm(root, [...published.flatMap(({ manifest }) => ['--filter', manifest.name]), 'run', 'build'])
  return published.map(({ place, manifest }) => {
    const tarball = join(folder, `${basename(place)}.tgz`)
    pnpm(place, ['pack', '--out', tarball])
    return { name: manifest.name, tarball, manifest }
  })
}

/**
 * Asks publint and attw whether a tarball is sound for those who import it.
 *
 * @param tarball the path of a packed package
 * @throws {Error} with what they found
 */
export function lintTarball(tarball: string): void {
  run(root, join(root, 'node_modules/.bin/publint'), [tarball, '--strict'])
  // Not `attw --pack`, which ignores `publishConfig.exports`.
  run(root, join(root, 'node_modules/.bin/attw'), [tarball, '--profile', 'esm-only'])
}

/**
 * Reads the package.json of a folder.
 *
 * @param folder the folder that holds it
 * @returns what it says
 */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/**
 * Runs a program to its end.
 *
 * @param cwd the folder to run it in
 * @param program its name or path
 * @param args what to pass
 * @param env its environment, that of this process unless given
 * @returns what it printed on standard output
 * @throws {Error} with all that it printed, when it cannot start or fails
 */
export function run(cwd: string, program: string, args: string[], env: NodeJS.ProcessEnv = process.env): string {
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) {
    throw new Error(`\`${[program, ...args].join(' ')}\` in ${cwd} ended with ${status ?? signal}\n${stdout}${stderr}`)
  }
  return stdout
}

function isPublished({ manifest }: { manifest: Manifest }): boolean {
  return manifest.private !== true
}

/** The pnpm that started this process, or the one that the workspace names. */
function pnpm(cwd: string, args: string[]): void {
  const running = process.env['npm_execpath'] ?? ''
  if (/^pnpm(\.exe)?$/.test(basename(running))) run(cwd, running, args)
  else run(cwd, 'npx', ['--yes', readManifest(root).packageManager ?? 'pnpm', ...args])
}
