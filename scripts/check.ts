/** Runs every static check, all of them even when one fails, and says which failed. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)
const script = (name: string): string[] => [process.execPath, join(import.meta.dirname, name)]

const checks: { name: string; command: string[] }[] = [
  { name: 'format', command: [bin('biome'), 'check', '--error-on-warnings'] },
  { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'types', command: [bin('tsc'), '-b'] },
  { name: 'unused code', command: [bin('knip')] },
  { name: 'packages', command: script('check-packages.ts') },
  { name: 'size', command: script('size.ts') },
]

const failed = checks.filter(({ name, command: [program = '', ...args] }) => {
  console.log(`\n── ${name}`)
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (error) console.error(error.message)
  return status !== 0
})

console.log(
  failed.length === 0
    ? `\nAll ${checks.length} checks hold.`
    : `\n${failed.length} of ${checks.length} checks failed: ${failed.map(({ name }) => name).join(', ')}.`,
)
process.exitCode = failed.length === 0 ? 0 : 1
