/** Builds the app once for all tests, with the packages as they would be published: unpacked tarballs, and no sources. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { packPackages, readManifest, run } from '../../../scripts/pack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the app that is built. */
    builtApp: string
  }
}

const app = join(import.meta.dirname, '..')
const root = join(app, '../..')
/** A folder in which the app is built already, for whoever works on the tests alone. */
const given = process.env['ORDERS_APP']
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

export default function setup(project: TestProject): () => void {
  if (given !== undefined) {
    project.provide('builtApp', given)
    return () => undefined
  }
  // Within the workspace, since the bundler reads nothing outside of the folder that has the lockfile.
  mkdirSync(join(root, 'reports'), { recursive: true })
  const built = mkdtempSync(join(root, 'reports/orders-'))
  for (const part of parts) cpSync(join(app, part), join(built, part), { recursive: true })
  const modules = join(built, 'node_modules')
  for (const { name, tarball, manifest } of packPackages()) {
    const place = join(modules, name)
    mkdirSync(place, { recursive: true })
    run(built, 'tar', ['-xzf', tarball, '-C', place, '--strip-components=1'])
    linkAll(Object.keys(manifest.dependencies ?? {}), join(root, 'packages', name.slice('@xmachines/'.length)), modules)
  }
  linkAll(Object.keys(readManifest(app).dependencies ?? {}), app, modules)
  run(built, process.execPath, [join(modules, 'next/dist/bin/next'), 'build'], {
    ...process.env,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  })
  project.provide('builtApp', built)
  return () => rmSync(built, { recursive: true, force: true })
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
