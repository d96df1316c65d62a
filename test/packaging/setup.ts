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
  project.provide('packages', packPackages())
}
