/** The writer, a backend of the server, and all of the server are killed, a few times each. `pnpm test:soak:postgres` does more. */
import { expect, test } from 'vitest'
import { crashRounds, type Victim } from './crashes.ts'

test.each<Victim>(['writer', 'backend', 'server'])(
  'what was acknowledged survives if the %s is killed',
  async (victim) => {
    const crashed = await crashRounds(victim, 5)
    expect(crashed).toMatchObject({ lost: [], doubled: [] })
    expect(crashed.acknowledged).toBeGreaterThan(0)
    for (const code of Object.keys(crashed.failures)) expect(['UNAVAILABLE', 'MOVED']).toContain(code)
  },
)
