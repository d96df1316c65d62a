/** The writer, a backend of the server, and all of the server are killed 50 times each. CRASHES sets the number. */
import { expect, test } from 'vitest'
import { crashRounds, type Victim } from '../test/crashes.ts'

test.each<Victim>(['writer', 'backend', 'server'])(
  'what was acknowledged survives if the %s is killed',
  async (victim) => {
    const rounds = Number(process.env['CRASHES'] ?? '50')
    const crashed = await crashRounds(victim, rounds)
    const { acknowledged, batches, failures } = crashed
    console.log(
      `${victim}: ${rounds} kills, ${acknowledged} acknowledged, ${batches} batches, ${JSON.stringify(failures)}`,
    )
    expect(crashed).toMatchObject({ lost: [], doubled: [] })
    for (const code of Object.keys(failures)) expect(['UNAVAILABLE', 'MOVED']).toContain(code)
  },
)
