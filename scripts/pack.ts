/** Builds and packs the packages as they would be published, and checks a tarball with publint and attw. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makeOnce } from './programs.ts'

/** One package as it would be published. */
export interface PackedPackage {
  name: string
  /** The path of the tarball. */
  tarball: string
  manifest: Manifest
}

/** The members of a package.json that are read here. */
export interface Manifest {
  name: string
  version: string
  private?: boolean
  packageManager?: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
  exports?: Record<string, unknown>
  bin?: Record<string, string>
}

const root = join(import.meta.dirname, '..')

/**
 * Builds every published package of the workspace and packs each into a tarball, unless this has been done already.
 *
 * @param folder the folder for the tarballs; if it exists, it has them
 * @returns the packages, in the order of their folders
 * @throws {Error} with everything that was printed, if a build or a pack fails
 */
export function packPackages(folder: string): PackedPackage[] {
  makeOnce(folder, (partial) => {
    pnpm(['run', 'build', '--filter=./packages/*'])
    pnpm(['--recursive', '--filter=./packages/*', 'pack', '--out', join(partial, '%s.tgz')])
  })
  return readdirSync(join(root, 'packages'))
    .map((name) => readManifest(join(root, 'packages', name)))
    .filter((manifest) => manifest.private !== true)
    .map((manifest) => {
      const file = `${manifest.name.replace('@', '').replace('/', '-')}.tgz`
      return { name: manifest.name, tarball: join(folder, file), manifest }
    })
}

/**
 * Checks with publint and attw that a tarball can be imported and type-checked.
 *
 * @param tarball the path of a packed package
 * @throws {Error} with their findings
 */
export function lintTarball(tarball: string): void {
  run(root, join(root, 'node_modules/.bin/publint'), [tarball, '--strict'])
  // Not `attw --pack`, which ignores `publishConfig.exports`. The packages are ESM only, which is said of CommonJS callers.
  run(root, join(root, 'node_modules/.bin/attw'), [tarball, '--ignore-rules', 'cjs-resolves-to-esm'])
}

/**
 * Reads the package.json of a folder.
 *
 * @param folder the folder that holds it
 * @returns its content
 */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/**
 * Runs a program to its end.
 *
 * @param cwd the folder to run it in
 * @param program its name or path
 * @param args its arguments
 * @param env its environment: that of this process unless given
 * @returns its standard output
 * @throws {Error} with everything that it printed, if it cannot start or fails
 */
export function run(cwd: string, program: string, args: string[], env: NodeJS.ProcessEnv = process.env): string {
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) {
    throw new Error(`\`${[program, ...args].join(' ')}\` in ${cwd} failed (${status ?? signal}):\n${stdout}${stderr}`)
  }
  return stdout
}

/** Runs the pnpm that started this process, or the one that `packageManager` names. */
function pnpm(args: string[]): void {
  const running = process.env['npm_execpath'] ?? ''
  if (/^pnpm(\.exe)?$/.test(basename(running))) run(root, running, args)
  else run(root, 'npx', ['--yes', readManifest(root).packageManager ?? 'pnpm', ...args])
}
