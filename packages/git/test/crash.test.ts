/**
 * Node, its git, and both are killed at random moments while others collect garbage: every acknowledged batch is there,
 * the repository is sound, and the run continues. A few rounds here, many in the soak.
 */
import { afterAll, expect, test } from 'vitest'
import { crashRounds, type Victim } from './crashes.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test.skipIf(process.platform !== 'linux').each<Victim>(['node', 'git', 'both'])(
  'every acknowledged batch survives if %s is killed, and the run continues',
  async (victim) => {
    const crashed = await crashRounds(folder, victim, { rounds: 3, through: 'recorder' })
    expect(crashed).toMatchObject({ rounds: 3, lost: [], doubled: [], faults: [] })
    expect(crashed.acknowledged).toBeGreaterThan(0)
    for (const code of Object.keys(crashed.failures)) expect(['GIT_FAILED', 'REPOSITORY_LOCKED']).toContain(code)
  },
  300_000,
)
