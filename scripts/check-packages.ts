/** Packs the published packages and checks the tarballs with publint and attw. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { lintTarball, packPackages } from './pack.ts'

const folder = mkdtempSync(join(tmpdir(), 'xmachines-pack-'))
try {
  for (const { name, tarball } of packPackages(folder)) {
    lintTarball(tarball)
    console.log(`${name}: publint and attw found nothing`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
