// Builds the app with the packages as they would be published: unpacked tarballs, and no sources.

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packPackages, readManifest, run } from '../../../scripts/pack.ts'

const app = join(import.meta.dirname, '..')
const root = join(app, '../..')
/** What is part of the app. */
const parts = [
  'app',
  'order',
  'parts',
  'server',
  'world',
  'instrumentation.ts',
  'next.config.ts',
  'package.json',
  'tsconfig.json',
]

/** An app that is built for production. */
export interface BuiltApp {
  readonly folder: string
  /** Deletes it. */
  remove(): void
}

/** @param options whether the scripts of its pages get source maps, which say where each part of them comes from */
export function buildApp({ hasSourceMaps = false } = {}): BuiltApp {
  // Within the workspace, since the bundler reads nothing outside of the folder that has the lockfile.
  mkdirSync(join(root, 'reports'), { recursive: true })
  const folder = mkdtempSync(join(root, 'reports/orders-'))
  const tarballs = mkdtempSync(join(tmpdir(), 'xmachines-orders-'))
  for (const part of parts) cpSync(join(app, part), join(folder, part), { recursive: true })
  if (hasSourceMaps) addSourceMaps(folder)
  const modules = join(folder, 'node_modules')
  const packed = packPackages(process.env['PACKED_PACKAGES'] ?? join(tarballs, 'packages'))
  for (const { name, tarball, manifest } of packed) {
    const place = join(modules, name)
    mkdirSync(place, { recursive: true })
    run(folder, 'tar', ['-xzf', tarball, '-C', place, '--strip-components=1'])
    linkAll(Object.keys(manifest.dependencies ?? {}), join(root, 'packages', name.slice('@xmachines/'.length)), modules)
  }
  linkAll(Object.keys(readManifest(app).dependencies ?? {}), app, modules)
  run(folder, process.execPath, [join(modules, 'next/dist/bin/next'), 'build'], {
    ...process.env,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  })
  return {
    folder,
    remove() {
      for (const made of [folder, tarballs]) rmSync(made, { recursive: true, force: true })
    },
  }
}

/** Everything else stays as the app has configured it. */
function addSourceMaps(folder: string): void {
  renameSync(join(folder, 'next.config.ts'), join(folder, 'app.config.ts'))
  const config = `import config from './app.config.ts'\nexport default { ...config, productionBrowserSourceMaps: true }\n`
  writeFileSync(join(folder, 'next.config.ts'), config)
}

/** Links dependencies from where they are installed. What is there already, such as an unpacked tarball, stays. */
function linkAll(names: readonly string[], from: string, modules: string): void {
  for (const name of names) {
    const place = join(modules, name)
    mkdirSync(dirname(place), { recursive: true })
    if (name.startsWith('@xmachines/') || readdirSync(dirname(place)).includes(place.slice(dirname(place).length + 1)))
      continue
    symlinkSync(realpathSync(join(from, 'node_modules', name)), place)
  }
}
