/** The conformance suite in the Node that is installed on the machine, bundled with the engine into one module. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { machineNode } from '../../scripts/machine-node.ts'
import type { Result } from './suite/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'xmachines-conformance-'))
const node = machineNode()
const results = await run()

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('the packages support the Node of this machine', () => {
  expect(Number.parseInt(node.version, 10)).toBeGreaterThanOrEqual(20)
})

test.each(results)('§$section $title', ({ failure }) => {
  expect(failure).toBeNull()
})

async function run(): Promise<Result[]> {
  const module = join(folder, 'suite.mjs')
  await build({
    stdin: {
      contents: `import { checkAll } from './suite/index.ts'\nconsole.log(JSON.stringify(await checkAll()))\n`,
      resolveDir: import.meta.dirname,
    },
    outfile: module,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@xmachines/source'],
    target: 'node20',
    logLevel: 'silent',
  })
  const { stdout, stderr, status } = spawnSync(node.path, [module], { encoding: 'utf8', timeout: 100_000 })
  if (status !== 0) throw new Error(`Node ${node.version} failed (${String(status)}): ${stderr}`)
  return JSON.parse(stdout) as Result[]
}
