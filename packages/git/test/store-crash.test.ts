/**
 * A process that appends through the store is killed, or its git, or both, also between the ref of the receipts and that of the
 * run: what was acknowledged is there once, and receipts and runs agree. A tenth of the rounds here, all in the soak.
 */
import { afterAll, expect, test } from 'vitest'
import { crashRounds, type Victim } from './crashes.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test.skipIf(process.platform !== 'linux').each<Victim>(['node', 'git', 'both', 'between'])(
  'what the store acknowledged survives a SIGKILL (%s)',
  async (victim) => {
    const crashed = await crashRounds(folder, victim, { rounds: 5, through: 'store' })
    expect(crashed).toMatchObject({ lost: [], doubled: [], faults: [] })
    expect(crashed.acknowledged).toBeGreaterThan(0)
    if (victim === 'between') expect(crashed.between).toBe(5)
    for (const code of Object.keys(crashed.failures)) expect(code).toBe('UNAVAILABLE')
  },
  300_000,
)
