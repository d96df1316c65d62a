// What a project has that uses the published packages: their tarballs, and an environment without this workspace.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type PackedPackage, run } from '../../scripts/pack.ts'

/** A package as it would be published. */
export function packedPackage(name: string): PackedPackage {
  const packages = inject('packages')
  const packed = packages.find((each) => each.name === name)
  if (!packed)
    throw new Error(`There is no package ${name}; packed were ${packages.map((each) => each.name).join(', ')}.`)
  return packed
}

/** Unpacks the tarball of a package into `node_modules` of a project, without what it depends on. */
export function unpackInto(project: string, name: string): void {
  const place = join(project, 'node_modules', name)
  mkdirSync(place, { recursive: true })
  run(project, 'tar', ['-xzf', packedPackage(name).tarball, '-C', place, '--strip-components=1'])
}

/** The environment without the variables that npm, pnpm and Vitest set for the scripts of this workspace. */
export function consumer(): NodeJS.ProcessEnv {
  const ours = /^(pnpm_|npm_(?!config_)|npm_config_(local_|global_)?prefix$|NODE_(ENV|OPTIONS|PATH)$|VITEST)/i
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !ours.test(key)))
}
