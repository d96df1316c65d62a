// @vitest-environment node
// What unmounted components leave in memory, measured in a process that collects garbage on demand.

import { version } from 'react'
import { expect, test } from 'vitest'
import { runProcess } from './run-process.ts'

test('a run without listeners and references is collected, and a run that outlives 150 pages keeps nothing from them', () => {
  const report = runProcess('page-process.ts')
  expect(report).toMatchObject({ react: version, pages: 300, alive: 0 })
  expect(report['runs']).toBeGreaterThanOrEqual(600)
  expect(report['grown']).toBeLessThan(450_000)
})
