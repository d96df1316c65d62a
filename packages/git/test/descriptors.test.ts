/** A process without free descriptors fails where it needs one, says why, and continues. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { git, makeFolder, makeRepository } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test.skipIf(process.platform === 'win32')(
  'without free descriptors every failure is reported, and nothing is lost',
  async () => {
    const { directory } = await makeRepository(folder)
    const program = [
      process.execPath,
      '--conditions=@xmachines/source',
      join(import.meta.dirname, 'descriptors-child.ts'),
    ]
    const limited = ['-c', 'ulimit -n 160; exec "$@"', 'sh', ...program, directory]
    const { stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.at(-1), stderr).toBe('alive')
    expect(lines).toHaveLength(25)
    expect(lines[0]).toMatch(/^(GIT_FAILED|WRITE_FAILED) GIT_FAILED GIT_FAILED GIT_FAILED \S+$/)
    for (const line of lines.slice(0, -1)) {
      // A run that could not be recorded does not exist there.
      expect(line).toMatch(/^((safe|GIT_FAILED|READ_FAILED|WRITE_FAILED|RUN_MISSING) ?){5}$/)
    }
    expect(git(directory, 'fsck', '--strict', '--full', '--no-dangling')).toBe('')
  },
)
