/** Packs the published packages once for all tests of this run that need them. */
import type { TestProject } from 'vitest/node'
import { type PackedPackage, packPackages } from '../../scripts/pack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The packages as they would be published. */
    packages: PackedPackage[]
  }
}

export default function setup(project: TestProject): void {
  const folder = process.env['PACKED_PACKAGES']
  if (folder === undefined)
    throw new Error('PACKED_PACKAGES must name the folder for the tarballs: vitest.config.ts sets it.')
  project.provide('packages', packPackages(folder))
}
