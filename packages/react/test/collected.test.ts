// @vitest-environment node
// What unmounted components leave in memory, measured in a process that collects garbage on demand.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { version } from 'react'
import { expect, test } from 'vitest'

test('a run without listeners and references is collected, and a run that outlives 150 pages keeps nothing from them', {
  timeout: 60_000,
}, () => {
  const react18 = version.startsWith('18.') ? ['--import', join(import.meta.dirname, 'react-18/resolve.ts')] : []
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [
      '--expose-gc',
      '--conditions=@xmachines/source',
      '--no-warnings',
      ...react18,
      join(import.meta.dirname, 'page-process.ts'),
    ],
    { encoding: 'utf8', timeout: 50_000, env: { ...process.env, NODE_ENV: 'production' } },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const report = JSON.parse(stdout) as Record<string, number>
  expect(report).toMatchObject({ react: version, pages: 300, alive: 0 })
  expect(report['runs']).toBeGreaterThanOrEqual(600)
  expect(report['grown']).toBeLessThan(450_000)
})
