/** Packs the published packages once for all tests of this folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type PackedPackage, packPackages } from '../../scripts/pack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The packages as they would be published. */
    packages: PackedPackage[]
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-packed-'))
  project.provide('packages', packPackages(folder))
  return () => rmSync(folder, { recursive: true, force: true })
}
